"""The tables, and how those of an older version become those of this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
)

from switchhook import StartError

metadata = MetaData()
versions = Table("switchhook_schema", metadata, Column("version", Integer, primary_key=True))
calls = Table(
    "switchhook_calls",
    metadata,
    Column("record_id", String(64), primary_key=True),
    Column("leg_id", String(255), nullable=False, index=True),
    Column("conversation_id", String(255), nullable=False, index=True),
    Column("connector", String(255), nullable=False),
    Column("started", DateTime(timezone=True), nullable=False),
    Column("ended", DateTime(timezone=True), nullable=False, index=True),
    Column("seconds", Float, nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("record", JSON, nullable=False),  # whole, as text: JSONB of PostgreSQL refuses what JSON may hold
)

Step = Callable[[Connection], None]


def _first(connection: Connection) -> None:
    calls.create(connection, checkfirst=True)


STEPS: tuple[Step, ...] = (_first,)
"""From each version to the next: number 0 makes version 1. A step that has been released is never changed."""


def migrate(connection: Connection, steps: tuple[Step, ...] = STEPS) -> None:
    """In one transaction. Raises StartError where the tables are of a later version."""
    versions.create(connection, checkfirst=True)
    done = max(connection.scalars(select(versions.c.version)), default=0)
    if done > len(steps):
        raise StartError(
            f"the tables are of version {done}, known are {len(steps)}: upgrade switchhook-records-sql",
            reason="the tables are of a later version",
        )
    for number, step in enumerate(steps[done:], done + 1):
        step(connection)
        connection.execute(insert(versions).values(version=number))


def clean(text: object, longest: int = 255) -> str:
    """Databases refuse the character 0, halves of a pair, and texts that are longer than was said."""
    return str(text).replace("\0", "\\0").encode(errors="backslashreplace").decode()[:longest]


def row_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Raises KeyError, TypeError and ValueError for what is no record."""
    began = datetime.fromisoformat(record["started"]).astimezone(UTC)
    return {
        "record_id": clean(record["record_id"], 64),
        "leg_id": clean(record["id"]),
        "conversation_id": clean(record.get("conversation_id", "")),
        "connector": clean(record["connector"]),
        "started": began,
        "ended": began + timedelta(seconds=record["seconds"]),
        "seconds": record["seconds"],
        "outcome": clean(record["outcome"], 64),
        "record": dict(record),
    }
