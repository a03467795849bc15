"""The record sink `files`: one JSON Lines file a day, readable by its owner alone."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from fnmatch import fnmatch
from functools import partial
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...contract.markers import hookimpl
from ...contract.options import FilePath, Options, Table
from ...contract.records import to_line
from ...contract.sinks import RecordSink
from ..process.detached import in_thread
from .erasing import erase_lines, is_of
from .line_file import LineFile, Unwritten

REMEMBERED = 2_000  # records of a day, of which none is written twice
LOOKED_AT = 8 * 1024 * 1024  # bytes at the end of a file: those of the process before are there
AT_ONCE = 500  # records that are read
_ID = re.compile(rb'"record_id":"([^"]{1,64})"')


class FilesOptions(Table):
    directory: FilePath


class FilesSink:
    """A record that came before is left out, if it is among the last ones in its file, whoever wrote it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._days: dict[str, _Day] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self._close_all_but("")

    async def put(self, records: Sequence[Mapping[str, Any]], /) -> None:
        """Raises OSError."""
        await in_thread(partial(self.append, records))

    def append(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Raises OSError."""
        for record in records:
            day = _day_of(record)
            if day not in self._days:
                self._close_all_but(day)
                self._days[day] = _Day(self.directory / f"calls-{day}.jsonl")
            self._days[day].append(record)

    def _close_all_but(self, day: str) -> None:
        for other in [each for each in self._days if each != day]:
            self._days.pop(other).file.close()

    async def records(self, wanted: str, newest: int | None, /) -> AsyncIterator[Mapping[str, Any]]:
        """Some at a time: those of a year are more than fits into memory."""
        if newest is None:
            found = self._found(await in_thread(self._files), wanted)
        else:
            found = iter(await in_thread(partial(self._newest, wanted, newest)))
        while some := await in_thread(lambda: list(islice(found, AT_ONCE))):
            for record in some:
                yield record

    def _found(self, files: Sequence[Path], wanted: str) -> Iterator[dict[str, Any]]:
        all_of_them = chain.from_iterable(map(_records, files))
        return (each for each in all_of_them if not wanted or is_of(each, wanted))

    def _newest(self, wanted: str, most: int) -> list[dict[str, Any]]:
        days: list[deque[dict[str, Any]]] = []
        for file in reversed(self._files()):
            if most <= 0:
                break
            days.append(deque(self._found([file], wanted), maxlen=most))
            most -= len(days[-1])
        return [record for of_day in reversed(days) for record in of_day]

    async def erase(self, wanted: str, /) -> int:
        return await in_thread(lambda: sum(erase_lines(file, wanted) for file in self._files()))

    def _files(self) -> list[Path]:
        """The oldest first. Raises OSError: a folder that may not be read is not an empty one."""
        try:
            names = os.listdir(self.directory)  # noqa: PTH208  # Path.glob says nothing of such a folder
        except FileNotFoundError:
            return []
        return sorted(self.directory / name for name in names if fnmatch(name, "calls-*.jsonl"))


class _Day:
    def __init__(self, path: Path) -> None:
        self.path, self.file = path, LineFile(path)
        self._known: dict[str, None] = {}
        self._seen = -1  # bytes of the file whose records are known

    def append(self, record: Mapping[str, Any]) -> None:
        """Raises OSError."""
        record_id = str(record.get("record_id"))
        line = f"{to_line(record)}\n".encode(errors="backslashreplace")
        with _locked(self.path):
            self._look()
            if record_id in self._known:
                return
            try:
                self.file.append([line])
            except Unwritten as error:
                raise OSError(str(error)) from None
            self._look()

    def _look(self) -> None:
        """Other processes write to it too, and one that was killed may have written what is to come again."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size == self._seen:
            return
        since = self._seen if 0 <= self._seen < size else 0
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            file.seek(max(since, size - LOOKED_AT))
            self._remember(found.decode(errors="replace") for found in _ID.findall(file.read(LOOKED_AT)))
        self._seen = size

    def _remember(self, ids: Iterator[str] | list[str]) -> None:
        for record_id in ids:
            self._known[record_id] = None
        for oldest in list(self._known)[:-REMEMBERED]:
            del self._known[oldest]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Among the processes that write to it: one that looks would else see half a line of another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _day_of(record: Mapping[str, Any]) -> str:
    """That of its end: the same one, whenever it comes."""
    try:
        began = datetime.fromisoformat(str(record["started"]))
        return f"{began + timedelta(seconds=float(record['seconds'])):%Y-%m-%d}"
    except (KeyError, TypeError, ValueError, OverflowError):
        return "undated"


def _records(file: Path) -> Iterator[dict[str, Any]]:
    """None where it was deleted meanwhile."""
    with suppress(FileNotFoundError), file.open("rb") as lines:
        for line in lines:
            with suppress(ValueError):
                record = json.loads(line)
                if isinstance(record, dict) and record.get("kind") == "call":
                    yield record


@hookimpl
def create_record_sink(options: Options) -> RecordSink:
    return FilesSink(options.parse(FilesOptions).directory)
