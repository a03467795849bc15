"""A record sink and store in a database. SQLAlchemy works in threads: a database may be slow, or hang."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

import anyio
from anyio import to_thread
from sqlalchemy import ColumnElement, Engine, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from switchhook import SinkUnavailable

from .database import Database
from .schema import calls, clean, row_of

logger = logging.getLogger(__name__)

LOOK = 3600.0  # seconds between two looks for records that are too old
AT_ONCE = 500  # rows that are read, or erased for their age, at once
FOR_EVER = 1000 * 365 * 86_400.0  # seconds: there are no dates before that
T = TypeVar("T")


class SqlSink:
    """`keep`: seconds after its end that a record is kept; None: for ever."""

    def __init__(self, url: URL, keep: float | None = None) -> None:
        self._url, self._keep = url, keep
        self._database: Database | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Raises SinkUnavailable, OSError, and StartError where the tables are of a later version."""
        self._database = Database(self._url)
        await self._work(self._database.begin)
        self._stack = AsyncExitStack()
        if self._keep is not None and self._keep < FOR_EVER:
            group = await self._stack.enter_async_context(anyio.create_task_group())
            self._stack.callback(group.cancel_scope.cancel)
            group.start_soon(self._forget, self._keep)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None:
        swallowed = await self._stack.__aexit__(kind, error, trace)
        if self._database is not None:
            self._database.close()
        return swallowed

    async def put(self, records: Sequence[Mapping[str, Any]], /) -> None:
        """Raises SinkUnavailable, OSError; and KeyError, TypeError and ValueError for what is no record."""
        rows = [row_of(record) for record in records]
        await self._work(lambda: self._there.write(lambda engine: _insert(engine, rows)))

    async def records(self, wanted: str, newest: int | None, /) -> AsyncIterator[Mapping[str, Any]]:
        """Raises SinkUnavailable."""
        newest_first = (calls.c.ended.desc(), calls.c.record_id.desc())
        chosen = select(calls.c.record_id).where(_is(wanted)).order_by(*newest_first).limit(newest)
        keys = [*reversed(await self._found(chosen))]
        for at in range(0, len(keys), AT_ONCE):
            ids = [key.record_id for key in keys[at : at + AT_ONCE]]
            asked = select(calls.c.record_id, calls.c.record).where(calls.c.record_id.in_(ids))
            found = {row.record_id: row.record for row in await self._found(asked)}
            for record_id in ids:
                if record_id in found:  # else it was erased meanwhile
                    yield found[record_id]

    async def erase(self, wanted: str, /) -> int:
        """Raises SinkUnavailable."""
        delete = partial(_delete, which=_is(wanted))
        return await self._work(lambda: self._there.look(delete, 0))

    async def _found(self, asked: Any) -> Sequence[Any]:
        return await self._work(lambda: self._there.look(partial(_rows, asked=asked), []))

    @property
    def _there(self) -> Database:
        if self._database is None:
            raise SinkUnavailable("the sink is not entered", reason="not entered")
        return self._database

    async def _work(self, work: Callable[[], T]) -> T:
        with _translated():
            return await to_thread.run_sync(work, abandon_on_cancel=True)

    async def _forget(self, keep: float) -> None:
        """For ever. Where the database is away, or does not let us, the next look does it."""
        old = partial(_delete_old, keep=keep)
        while True:
            try:
                while await self._work(lambda: self._there.look(old, 0)):
                    pass
            except (SinkUnavailable, OSError, ValueError) as error:
                why = error.reason if isinstance(error, SinkUnavailable) else type(error).__name__
                logger.warning("records that are too old stay for now: %s", why)
            await anyio.sleep(LOOK)


@contextmanager
def _translated() -> Iterator[None]:
    """The texts of the library's errors hold what was to be stored, so they end here. A record is to blame
    where the database says that of its values, and of nothing else: a server that was made read-only, or a
    right that is missing, will be mended."""
    try:
        yield
    except (DataError, IntegrityError) as error:
        raise ValueError(f"the database refuses it: {_said(error)}") from None
    except DBAPIError as error:
        raise SinkUnavailable(_why_not(error), reason=_said(error)) from None
    except PoolTimeoutError as error:
        raise SinkUnavailable("the database cannot be reached", reason=_said(error)) from None
    except StatementError as error:  # a value that cannot be given to the database at all
        raise ValueError(f"the database cannot be given it: {_said(error)}") from None


def _why_not(error: DBAPIError) -> str:
    if isinstance(error, OperationalError | InterfaceError):
        return "the database cannot be reached"
    if error.connection_invalidated:
        return "the connection broke"
    if type(error) is DatabaseError:  # no kind of it: SQLite says so of a file
        return "its file is broken, or no database"
    return "the database does not let us"


def _said(error: SQLAlchemyError) -> str:
    """Its kind, and nothing of what was to be stored: the texts of what cannot be connected to have none of
    that, but say why."""
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorname", "")
    said = type(cause).__name__ + (f" ({code})" if code else "")
    if isinstance(error, DBAPIError) and error.statement is None:
        # a reason is short
        text = " ".join(str(cause).split())
        said += f": {text.removeprefix('connection failed: ').removeprefix('connection to server ')}"
    return said


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
