"""What one process has written into the spool, and its lock: while the process lives, it is nobody else's.

A log is a row of segments, files of lines: a record that grows, a record that has ended, and how far a sink
has come. A process that is killed leaves its log as it is, perhaps with half a line at its end; whoever takes
it over then marks the calls that have no end. One whose folder is moved away or deleted while it lives makes
another lock where it writes from then on.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ...contract.records import to_line
from .line_file import LineFile

ENDED, GROWING, HAS = b'{"ended":', b'{"growing":', b'{"has":'
INTERRUPTED = "interrupted"
UNTOUCHED = 60.0  # seconds after which a log without a lock is nobody's: who lives makes its lock anew before
_SEGMENT = re.compile(r"(?P<name>.+)\.(?P<number>\d{6,})\.jsonl")


class Position(NamedTuple):
    """In a log: everything before it was looked at."""

    segment: int = 0
    offset: int = 0


START = Position()


@dataclass(slots=True, eq=False)
class SpoolLog:
    """`positions`: by sink, how far it has come. `carried`: in a segment before that one, no live call has
    what is not in a later one too. `last`: the segment that is written to. `over`: no call is added
    any more. `elsewhere`: locks of what lies in folders that were moved away."""

    directory: Path
    name: str
    lock: int
    last: int = 1
    carried: int = 1
    over: bool = False
    positions: dict[str, Position] = field(default_factory=dict)
    elsewhere: list[int] = field(default_factory=list)

    def path(self, segment: int) -> Path:
        return self.directory / f"{self.name}.{segment:06d}.jsonl"

    def segments(self) -> list[int]:
        there = self.directory.iterdir() if self.directory.is_dir() else ()
        found = (_SEGMENT.fullmatch(each.name) for each in there)
        return sorted(int(each["number"]) for each in found if each and each["name"] == self.name)

    def read(self, at: Position, most: int) -> tuple[list[dict[str, Any]], Position]:
        """Records that have ended, from there on, and where the next one may be. Raises OSError."""
        records: list[dict[str, Any]] = []
        for segment in self.segments():  # listed first: where there is a next one, this one is whole
            if segment < at.segment:
                continue
            at = at if segment == at.segment else Position(segment)
            for line, after in _lines(self.path(segment), at.offset):
                at = Position(segment, after)
                ended = (_table(line) or {}).get("ended") if line.startswith(ENDED) else None
                if isinstance(ended, dict):
                    records.append(ended)
                    if len(records) == most:
                        return records, at
        return records, at

    def recover(self) -> int:
        """After its process has ended: marks calls that were interrupted, and finds how far the sinks have
        come. Gives the number of those calls. Raises OSError, and Unwritten where the disk is full."""
        open_calls: dict[str, dict[str, Any]] = {}
        segments = self.segments()
        for segment in segments:
            for line, _ in _lines(self.path(segment), 0):
                self._take(line, open_calls)
        if open_calls:
            ends = [_end_of(each) for each in open_calls.values()]
            file = LineFile(self.path(segments[-1]))
            try:
                file.append(
                    [f"{ended_line(to_line(each))}\n".encode(errors="backslashreplace") for each in ends]
                )
            finally:
                file.close()
        self.last = max(segments, default=1)
        self.over = True
        return len(open_calls)

    def _take(self, line: bytes, open_calls: dict[str, dict[str, Any]]) -> None:
        if (table := _table(line)) is None:
            return
        match table:
            case {"ended": {"record_id": str(call)}}:
                open_calls.pop(call, None)
            case {"growing": {"record_id": str(call)}, "turns": list(turns)}:
                by_number = open_calls.get(call, {}).get("turns", {})
                by_number |= {turn["number"]: turn for turn in turns if _is_turn(turn)}
                open_calls[call] = {**table["growing"], "turns": by_number}
            case {"has": str(sink), "segment": int(segment), "offset": int(offset)}:
                self.positions[sink] = max(self.positions.get(sink, START), Position(segment, offset))
            case _:
                pass

    def again(self) -> SpoolLog | None:
        """The same one where its lock is not any more: of what is written there, no sink has anything. What
        was moved away stays ours until `release`, as calls of it may be live. None: the lock is there, or
        another process has it. Raises OSError."""
        path = _lock_path(self.directory, self.name)
        with suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(self.lock)):
                return None
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (lock := _claim(path)) is None:
            return None
        elsewhere = [*self.elsewhere, self.lock]
        return SpoolLog(self.directory, self.name, lock, self.last, self.carried, elsewhere=elsewhere)

    def remove_before(self, segment: int) -> int:
        """What nobody needs any more. Gives the bytes that are free now. Raises OSError."""
        return sum(_removed(self.path(each)) for each in self.segments() if each < segment)

    def remove(self) -> None:
        """All of it. Raises OSError."""
        for segment in self.segments():
            _removed(self.path(segment))
        _lock_path(self.directory, self.name).unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Whoever comes next may take it over."""
        if self.lock >= 0:
            locks, self.lock, self.elsewhere = [self.lock, *self.elsewhere], -1, []
            for lock in locks:
                os.close(lock)


def begin(directory: Path, name: str) -> SpoolLog:
    """A new log, of this process. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _claim(_lock_path(directory, name))
    if lock is None:
        raise FileExistsError(f"{name} is another's")
    return SpoolLog(directory, name, lock)


def abandoned(
    directory: Path, unusable: Callable[[str, OSError], None] = lambda _name, _error: None
) -> Iterator[SpoolLog]:
    """Logs of processes that have ended, the oldest first; they are ours now. `unusable` is told of those
    that cannot be. Raises OSError where the folder cannot be read."""
    there = [each.name for each in directory.iterdir()] if directory.is_dir() else []
    names = {each.removesuffix(".lock") for each in there if each.endswith(".lock")}
    loose = [found for each in there if (found := _SEGMENT.fullmatch(each)) and found["name"] not in names]
    touched = {each["name"] for each in loose if _age(directory / each[0]) < UNTOUCHED}
    for name in sorted(names | {each["name"] for each in loose} - touched):
        try:
            lock = _claim(_lock_path(directory, name))
        except OSError as error:  # such as one of another user's
            unusable(name, error)
            continue
        if lock is not None:
            yield SpoolLog(directory, name, lock)


def ended_line(record: str) -> str:
    return f"{ENDED.decode()}{record}}}"


def growing_line(fields: Mapping[str, Any], turns: list[dict[str, Any]]) -> str:
    return to_line({"growing": fields, "turns": turns})


def has_line(sink: str, at: Position) -> str:
    return to_line({"has": sink, "segment": at.segment, "offset": at.offset})


def _claim(path: Path) -> int | None:
    """Its lock, which ends with the process; None: another process has it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_nlink:  # else its owner has just removed it
            return descriptor
    except BlockingIOError:
        pass
    except OSError:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _age(path: Path) -> float:
    """Seconds since it was written to; 0 where it has just gone."""
    with suppress(FileNotFoundError):
        return time.time() - path.stat().st_mtime
    return 0.0


def _lock_path(directory: Path, name: str) -> Path:
    return directory / f"{name}.lock"


def _lines(path: Path, offset: int) -> Iterator[tuple[bytes, int]]:
    """Whole lines, each with where the next one begins."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if not line.endswith(b"\n"):
                return
            offset += len(line)
            yield line, offset


def _table(line: bytes) -> dict[str, Any] | None:
    """None: half a line, of a process that was killed."""
    try:
        table = json.loads(line)
    except ValueError:
        return None
    return table if isinstance(table, dict) else None


def _is_turn(table: object) -> bool:
    """What another version has written may look otherwise."""
    return isinstance(table, dict) and isinstance(table.get("number"), int)


def _end_of(call: Mapping[str, Any]) -> dict[str, Any]:
    """A call whose outcome was known keeps it: it is the end of the leg that is not known."""
    turns = [call["turns"][number] for number in sorted(call["turns"])]
    return {**call, "turns": turns, "outcome": call.get("outcome") or INTERRUPTED, "closed": INTERRUPTED}


def _removed(path: Path) -> int:
    with suppress(FileNotFoundError):
        size = path.stat().st_size
        path.unlink()
        return size
    return 0
