"""Server-sent events (WHATWG HTML, section 9.2) and lines, from bytes cut anywhere."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

LARGEST = 2 * 1024 * 1024  # characters of one event
END = re.compile(r"\r\n|\n|\r")


class Events:
    """Hands out the data of each event; names, ids and comments do not matter here."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""  # the line that has not ended
        self._parts: list[str] = []  # of it, so that many small pieces are not copied again and again
        self._data: list[str] = []
        self._size = 0
        self._after_cr = self._begun = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Raises ValueError for an event that is too large."""
        text = self._decode(chunk)
        if text and not self._begun:
            self._begun, text = True, text.removeprefix("\ufeff")
        if self._after_cr and text:
            text = text.removeprefix("\n")  # it belongs to the CR that ended the last piece
            self._after_cr = False
        if not text:
            return
        self._after_cr = text.endswith("\r")
        *lines, rest = END.split(text)
        for line in lines:
            whole = "".join((*self._parts, line))
            self._parts.clear()
            yield from self._line(whole)
        if rest:
            self._grow(rest)
            self._parts.append(rest)

    def finish(self) -> Iterator[str]:
        """The stream has ended: an event that lacks only its empty line counts."""
        yield from self._line("".join(self._parts))
        yield from self._line("")

    def _line(self, line: str) -> Iterator[str]:
        if not line:
            data, self._data, self._size = self._data, [], 0
            if data:
                yield "\n".join(data)
            return
        name, _, value = line.partition(":")
        if name == "data":
            self._grow(value)
            self._data.append(value.removeprefix(" "))

    def _grow(self, text: str) -> None:
        self._size += len(text)
        if self._size > LARGEST:
            raise ValueError(f"an event of more than {LARGEST} characters")


class Lines:
    """Hands out each line that is not empty, as JSON Lines have it."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._parts: list[str] = []  # of the line that has not ended
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Raises ValueError for a line that is too long."""
        *ended, rest = self._decode(chunk).split("\n")
        for line in ended:
            self._grow(line)
            yield from self.finish()
        self._grow(rest)

    def finish(self) -> Iterator[str]:
        """The last line needs no end."""
        line = "".join(self._parts).strip()
        self._parts, self._size = [], 0
        if line:
            yield line

    def _grow(self, text: str) -> None:
        self._size += len(text)
        if self._size > LARGEST:
            raise ValueError(f"a line of more than {LARGEST} characters")
        self._parts.append(text)
