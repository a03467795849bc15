"""Where in a TOML file a key stands. The library that reads the values does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'(?P<text>"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<sign>[\[\]{},=.])|(?P<bare>[^\s\[\]{},=.\"'#]+)",
    re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def lines_of(text: str) -> dict[Path, int]:
    """The line of each table, key and item of a valid document, counted from 1."""
    return _Reader(text).read()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Of what stands there, or of the innermost that it would stand in."""
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}  # of the items that an array of tables has so far

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._at < len(self._tokens):
            if self._take("\n"):
                continue
            if self._take("["):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        line, several = self._tokens[self._at - 1].line, self._take("[")
        *outer, last = self._key()
        while self._take("]"):
            pass
        table: Path = ()
        for part in outer:
            table = self._inside((*table, part))
        table = (*table, last)
        if several:
            self._counts[table] = self._counts.get(table, -1) + 1
            self._lines.setdefault(table, line)
        table = self._inside(table)
        self._lines.setdefault(table, line)
        return table

    def _inside(self, table: Path) -> Path:
        return (*table, self._counts[table]) if table in self._counts else table

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at].line
        for part in self._key():
            table = (*table, part)
            self._lines.setdefault(table, line)
        self._take("=")
        self._value(table)

    def _key(self) -> Iterator[str]:
        parts = []
        while True:
            token = self._tokens[self._at]
            self._at += 1
            parts.append(tomllib.loads(f"{token.text} = 0").popitem()[0])
            if not self._take("."):
                return iter(parts)

    def _value(self, place: Path) -> None:
        if self._take("["):
            number = 0
            while not self._take("]"):
                if self._take("\n") or self._take(","):
                    continue
                self._lines[(*place, number)] = self._tokens[self._at].line
                self._value((*place, number))
                number += 1
        elif self._take("{"):
            while not self._take("}"):
                if not (self._take("\n") or self._take(",")):
                    self._pair(place)
        else:
            while self._at < len(self._tokens) and not self._next_is("\n", ",", "]", "}"):
                self._at += 1

    def _take(self, sign: str) -> bool:
        found = self._next_is(sign)
        self._at += found
        return found

    def _next_is(self, *signs: str) -> bool:
        if self._at >= len(self._tokens):
            return False
        token = self._tokens[self._at]
        return token.kind in ("sign", "newline") and token.text in signs


def _tokens(text: str) -> Iterator[_Token]:
    line, end = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", end, found.start())
        if found.lastgroup != "comment":
            yield _Token(str(found.lastgroup), found[0], line)
        line += found[0].count("\n")
        end = found.end()
