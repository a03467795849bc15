"""A record sink and store in a database. SQLAlchemy works in threads: a database may be slow, or hang."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

import anyio
from anyio import to_thread
from sqlalchemy import ColumnElement, Engine, create_engine, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from switchhook import SinkUnavailable

from .schema import calls, clean, migrate, row_of

logger = logging.getLogger(__name__)

LOOK = 3600.0  # seconds between two looks for records that are too old
AT_ONCE = 500  # rows that are read, or erased for their age, at once
PATIENCE = 5  # seconds to connect, or for another process that writes to the file
STATEMENT = 30_000  # milliseconds that PostgreSQL may take for a statement
T = TypeVar("T")


class SqlSink:
    """`keep`: seconds after its end that a record is kept; None: for ever."""

    def __init__(self, url: URL, keep: float | None = None) -> None:
        self._url, self._keep = url, keep
        self._engine: Engine | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Raises SinkUnavailable, and StartError where the tables are of a later version."""
        self._engine = _engine(self._url)
        await self._work(self._prepare)
        self._stack = AsyncExitStack()
        if self._keep is not None:
            group = await self._stack.enter_async_context(anyio.create_task_group())
            self._stack.callback(group.cancel_scope.cancel)
            group.start_soon(self._forget, self._keep)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        swallowed = await self._stack.__aexit__(kind, error, trace)
        if self._engine is not None:
            self._engine.dispose()
        return swallowed

    async def put(self, records: Sequence[Mapping[str, Any]], /) -> None:
        """Raises SinkUnavailable; and KeyError, TypeError and ValueError for what is no record."""
        rows = [row_of(record) for record in records]
        await self._work(lambda engine: _insert(engine, rows))

    async def records(self, wanted: str, newest: int | None, /) -> AsyncIterator[Mapping[str, Any]]:
        """Raises SinkUnavailable."""
        newest_first = (calls.c.ended.desc(), calls.c.record_id.desc())
        chosen = select(calls.c.record_id).where(_is(wanted)).order_by(*newest_first).limit(newest)
        keys = [*reversed(await self._work(lambda engine: _rows(engine, chosen)))]
        for at in range(0, len(keys), AT_ONCE):
            ids = [key.record_id for key in keys[at : at + AT_ONCE]]
            asked = select(calls.c.record_id, calls.c.record).where(calls.c.record_id.in_(ids))
            found = {row.record_id: row.record for row in await self._work(partial(_rows, asked=asked))}
            for record_id in ids:
                if record_id in found:  # else it was erased meanwhile
                    yield found[record_id]

    async def erase(self, wanted: str, /) -> int:
        """Raises SinkUnavailable."""
        return await self._work(lambda engine: _delete(engine, _is(wanted)))

    async def _work(self, work: Callable[[Engine], T]) -> T:
        if self._engine is None:
            raise SinkUnavailable("the sink is not entered", reason="not entered")
        with _translated():
            return await to_thread.run_sync(partial(work, self._engine), abandon_on_cancel=True)

    def _prepare(self, engine: Engine) -> None:
        if self._url.get_backend_name() == "sqlite" and self._url.database:
            # the file is its owner's alone before there is anything in it
            os.makedirs(os.path.dirname(self._url.database) or ".", mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120  # SQLAlchemy has it as text
            os.close(os.open(self._url.database, os.O_CREAT | os.O_RDWR, 0o600))
        with engine.begin() as connection:
            migrate(connection)

    async def _forget(self, keep: float) -> None:
        """For ever. Where the database is away, the next look does it."""
        while True:
            try:
                while await self._work(partial(_delete_old, keep=keep)):
                    pass
            except SinkUnavailable as error:
                logger.warning("records that are too old stay for now: %s", error.reason)
            await anyio.sleep(LOOK)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return create_engine(url, connect_args={"timeout": PATIENCE})
    given = {"connect_timeout": PATIENCE, "options": f"-c statement_timeout={STATEMENT}"}
    return create_engine(url, connect_args=given, pool_pre_ping=True, pool_timeout=PATIENCE)


@contextmanager
def _translated() -> Iterator[None]:
    """The texts of the library's errors hold what was to be stored, so they end here."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise SinkUnavailable("the database cannot be reached", reason=_said(error)) from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise SinkUnavailable("the connection broke", reason=_said(error)) from None
        if type(error) is DatabaseError:  # no kind of it: SQLite says so of a file, and no record is to blame
            raise SinkUnavailable("its file is broken, or no database", reason=_said(error)) from None
        raise ValueError(f"the database refuses it: {_said(error)}") from None


def _said(error: Exception) -> str:
    return type(getattr(error, "orig", None) or error).__name__


def _is(wanted: str) -> ColumnElement[bool]:
    """All, where nothing is wanted."""
    text = clean(wanted)
    columns = (calls.c.record_id, calls.c.leg_id, calls.c.conversation_id)
    return or_(*(column == text for column in columns)) if wanted else calls.c.record_id.is_not(None)


def _insert(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """A record that is there already is left out."""
    made = postgresql.insert(calls) if engine.dialect.name == "postgresql" else sqlite.insert(calls)
    with engine.begin() as connection:
        connection.execute(made.on_conflict_do_nothing(index_elements=["record_id"]), rows)


def _rows(engine: Engine, asked: Any) -> Sequence[Any]:
    with engine.connect() as connection:
        return connection.execute(asked).all()


def _delete(engine: Engine, which: ColumnElement[bool]) -> int:
    with engine.begin() as connection:
        count = connection.scalar(select(func.count()).select_from(calls).where(which)) or 0
        connection.execute(delete(calls).where(which))
        return count


def _delete_old(engine: Engine, keep: float) -> int:
    """Not all at once: others want to write meanwhile."""
    before = datetime.now(UTC) - timedelta(seconds=keep)
    some = select(calls.c.record_id).where(calls.c.ended < before).limit(AT_ONCE).scalar_subquery()
    return _delete(engine, calls.c.record_id.in_(some))
