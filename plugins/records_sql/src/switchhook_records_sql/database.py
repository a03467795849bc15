"""The database, its connections and its tables. All of it is done in threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from .schema import migrate

PATIENCE = 5  # seconds to connect, or for another process that writes to the file
STATEMENT = 30_000  # milliseconds that PostgreSQL may take for a statement
SILENT = 30_000  # and that its machine may say nothing at all

T = TypeVar("T")
NOT_THERE, ON_A_SERVER = (0, 0), (1, 1)


class Database:
    """Of SQLite it is a file, which is made for the first record; another one where it was moved or deleted
    since, as nobody would find what is written to that one."""

    def __init__(self, url: URL) -> None:
        self._file = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        self._engine = _engine(url)
        self._prepared = NOT_THERE

    def begin(self) -> None:
        """Raises OSError where there is no file, and none could be made."""
        if self._file is None or self._identity() != NOT_THERE:
            self._prepare()
            return
        there = next(path for path in self._file.parents if path.exists())
        if not os.access(there, os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13), str(there))

    def write(self, work: Callable[[Engine], T]) -> T:
        if (found := self._identity()) == NOT_THERE or found != self._prepared:
            self._prepare()
        return self._done(work)

    def look(self, work: Callable[[Engine], T], nothing: T) -> T:
        """`nothing` where there is no file."""
        if (found := self._identity()) == NOT_THERE:
            return nothing
        if found != self._prepared:
            self._prepare()
        return self._done(work)

    def close(self) -> None:
        self._engine.dispose()

    def _identity(self) -> tuple[int, int]:
        if self._file is None:
            return ON_A_SERVER
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return NOT_THERE
        return found.st_dev, found.st_ino

    def _prepare(self) -> None:
        self._engine.dispose()  # connections are to the file that was there before
        if self._file is not None:
            # the file is its owner's alone before there is anything in it
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        self._done(_migrate)
        self._prepared = self._identity()

    def _done(self, work: Callable[[Engine], T]) -> T:
        try:
            return work(self._engine)
        except (DBAPIError, PoolTimeoutError):
            # the server may have become one that only reads, and another one may have its name now, or none
            # of the tables
            self._engine.dispose()
            self._prepared = NOT_THERE
            raise


def _migrate(engine: Engine) -> None:
    try:
        with engine.begin() as connection:
            migrate(connection)
    except IntegrityError:  # another process has made the same at the same time
        with engine.begin() as connection:
            migrate(connection)


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return create_engine(url, connect_args={"timeout": PATIENCE})
    return create_engine(url, connect_args=arguments(url), pool_pre_ping=True, pool_timeout=PATIENCE)


def arguments(url: URL) -> dict[str, Any]:
    """Of a connection to PostgreSQL. A machine that has vanished says nothing, and a thread would wait for
    it for a quarter of an hour. What the address says goes before."""
    given: dict[str, Any] = {
        "connect_timeout": PATIENCE,
        "keepalives_idle": SILENT // 3000,
        "keepalives_interval": SILENT // 3000,
        "keepalives_count": 2,
        "tcp_user_timeout": SILENT,
    }
    theirs = url.query.get("options", "")
    options = theirs if isinstance(theirs, str) else " ".join(theirs)
    left = {name: value for name, value in given.items() if name not in url.query}
    return {**left, "options": f"-c statement_timeout={STATEMENT} {options}".strip()}
