"""Where in a TOML text each key and each element of an array stands. `tomllib` does not say.

The text must be valid TOML: this finds places and checks nothing.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

Path = tuple[str | int, ...]

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BARE_VALUE = re.compile(r"[^,\]}#\n]+")
STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\]|\\.)*"' r"|'[^']*'", re.DOTALL
)


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every table, key and element."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(path: Path, lines: dict[Path, int]) -> int:
    """The line of the place itself, or of the nearest thing around it."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text, self._at = text, 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._elements: dict[Path, int] = {}  # of each array of tables

    def document(self) -> None:
        table: Path = ()
        while self._next():
            if self._take("[["):
                table = self._header(array=True)
            elif self._take("["):
                table = self._header(array=False)
            else:
                self._pair(table)

    def _header(self, *, array: bool) -> Path:
        path: Path = ()
        keys = self._keys()
        for number, key in enumerate(keys, 1):
            path = (*path, key)
            self._note(path)
            if array and number == len(keys):
                self._elements[path] = self._elements.get(path, 0) + 1
            if path in self._elements:
                path = (*path, self._elements[path] - 1)
                self._note(path)
        self._take("]]" if array else "]")
        return path

    def _pair(self, table: Path) -> None:
        path = table
        for key in self._keys():
            path = (*path, key)
            self._note(path)
        self._take("=")
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._next()
            match = self._match(BARE_KEY) or self._match(STRING)
            raw = match[0] if match else ""
            keys.append(tomllib.loads(f"key = {raw}")["key"] if raw[:1] in ("'", '"') else raw)
            if not self._take("."):
                return keys

    def _value(self, path: Path) -> None:
        if self._take("["):
            index = 0
            while not self._take("]"):
                self._note((*path, index))
                self._value((*path, index))
                self._take(",")
                index += 1
        elif self._take("{"):
            while not self._take("}"):
                self._pair(path)
                self._take(",")
        else:
            self._match(STRING) or self._match(BARE_VALUE)

    def _note(self, path: Path) -> None:
        self.lines.setdefault(path, bisect_left(self._ends, self._at) + 1)

    def _next(self) -> str:
        """The character at the next place that is not blank; nothing at the end."""
        self._match(BLANK)
        return self._text[self._at : self._at + 1]

    def _take(self, sign: str) -> bool:
        self._next()
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) if found else 0
        return found

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return match
