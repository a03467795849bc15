"""Files that hold whole lines only, whatever the disk does."""

from __future__ import annotations

import errno
import logging
import os
import stat
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

logger = logging.getLogger(__name__)

MOST_OPEN = 64  # files
IDLE = 10.0  # seconds after which a file is closed: yesterday's, and that of a call that is over


class Unwritten(Exception):  # noqa: N818  # it is told of a line, and most lines before it are written
    """Of the lines given, the first `done` are in the file; the next one is not, because of `why`."""

    def __init__(self, done: int, why: str) -> None:
        super().__init__(why)
        self.done, self.why = done, why


class LineFile:
    """One file that is appended to, readable by its owner alone. Opened anew where it was moved or deleted.
    Other processes may append to it too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor, self._identity = -1, (0, 0)
        self._size = 0  # with all that was written here; another, where somebody else has changed it
        self._regular = True
        self._torn = False  # it ends within a line: the next one has to begin on a new one

    def append(self, lines: Sequence[bytes]) -> None:
        """At least one line, each with its newline. Raises Unwritten."""
        written, data = 0, memoryview(b"")
        try:
            self._open()
            data = memoryview(b"\n" * self._torn + b"".join(lines))
            while written < len(data):
                taken = os.write(self._descriptor, data[written:])
                if not taken:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                written += taken
        except OSError as error:
            done = self._take_back(lines, written) if written else 0
            raise Unwritten(done, error.strerror or type(error).__name__) from None
        self._torn = False
        self._size += written

    def close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            try:
                os.close(descriptor)
            except OSError as error:  # disks behind a network say only now that they were full
                form = "%s, when closed: %s; its last lines may be missing"
                logger.error(form, self._path, error.strerror)  # noqa: TRY400  # the reason says it all

    def _open(self) -> None:
        found = _found_at(self._path)
        if self._descriptor >= 0 and found is not None and _identity(found) == self._identity:
            # another process may have appended half a line, or cut the file anywhere
            if self._regular and (self._torn or found.st_size != self._size):
                self._torn = _ends_within_a_line(self._path, found.st_size)
            self._size = found.st_size
            return
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        found = os.fstat(self._descriptor)
        self._identity, self._size = _identity(found), found.st_size
        self._regular = stat.S_ISREG(found.st_mode)
        # a process that was killed leaves half a line
        self._torn = self._regular and _ends_within_a_line(self._path, found.st_size)

    def _take_back(self, lines: Sequence[bytes], written: int) -> int:
        """Removes what was written of a line; returns how many lines are whole."""
        rest, done = written - self._torn, 0
        self._torn = False
        for line in lines:
            if rest < len(line):
                break
            rest -= len(line)
            done += 1
        if rest:
            self._torn = not self._shorten(rest)
        return done

    def _shorten(self, by: int) -> bool:
        """Whether that was possible: a pipe cannot be shortened, and what another process has appended
        stays."""
        try:
            end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
            if os.fstat(self._descriptor).st_size != end:
                return False
            os.ftruncate(self._descriptor, end - by)
        except OSError:
            return False
        return True


def _found_at(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _ends_within_a_line(path: Path, size: int) -> bool:
    if not size:
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.pread(descriptor, 1, size - 1) != b"\n"
    finally:
        os.close(descriptor)


class LineFiles:
    """Keeps those in use open, at most MOST_OPEN. For one thread at a time."""

    def __init__(self) -> None:
        self._held: OrderedDict[Path, tuple[LineFile, float]] = OrderedDict()  # the one used last comes last

    def append(self, path: Path, lines: Sequence[bytes]) -> None:
        """Raises Unwritten."""
        now = time.monotonic()
        known = self._held.pop(path, None)
        file = known[0] if known else LineFile(path)
        self._held[path] = file, now
        while len(self._held) > MOST_OPEN or next(iter(self._held.values()))[1] < now - IDLE:
            self._close_oldest()
        file.append(lines)

    def close(self) -> None:
        while self._held:
            self._close_oldest()

    def _close_oldest(self) -> None:
        _, (file, _) = self._held.popitem(last=False)
        file.close()
