"""Keeps away from standard error what a library writes there, past Python, of a file that it decodes: it has
no label, and a stranger's file decides what it is."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

STANDARD_ERROR = 2
OF_MP3 = re.compile(rb"\[[^\]\n]*libmpg123[^\n]*|(?:Note|Warning): [^\n]*|[ \t]*")  # a line, and an empty one


class _Aside:
    """While somebody decodes, standard error is a file. Whatever else was written to it is handed on when the
    next of them is done."""

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._meant = self._file = -1
        self._read = 0

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside > 1:
                return
            with suppress(OSError):  # the process has no standard error
                self._meant = os.dup(STANDARD_ERROR)
                self._file, self._read = _nameless_file(), 0
                os.dup2(self._file, STANDARD_ERROR, inheritable=True)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._meant < 0:
                return
            if not self._inside:
                os.dup2(self._meant, STANDARD_ERROR, inheritable=True)
            self._hand_on(whole=not self._inside)
            if not self._inside:
                os.close(self._file)
                os.close(self._meant)
                self._meant = self._file = -1

    def _hand_on(self, *, whole: bool) -> None:
        """`whole`: also of a line that has no end yet."""
        size = os.fstat(self._file).st_size
        written = os.pread(self._file, size - self._read, self._read)
        if not whole:
            written = written[: written.rfind(b"\n") + 1]
        self._read += len(written)
        lines = written.splitlines(keepends=True)
        for line in lines:
            if not OF_MP3.fullmatch(line.rstrip(b"\r\n")):
                with suppress(OSError):  # nobody is there to be told
                    os.write(self._meant, line)


def _nameless_file() -> int:
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


_aside = _Aside()


@contextmanager
def quiet() -> Iterator[None]:
    """For any thread. The log of a server is not written by this way."""
    _aside.enter()
    try:
        yield
    finally:
        _aside.leave()
