"""Markdown within one block: emphasis, code, links, escapes and entities. One pass, as `markdown` says."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

TOKEN = re.compile(
    r"\\[!-/:-@\[-`{-~\n]|`++|\*++|_++|~++|!?\[|\]"
    r"|<(?:[a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*+|[^\s<>@]++@[^\s<>@]++)>"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});"
)
WORD = re.compile(r"\S++")
# where nothing can be a link, brackets are signs like any other
UNLINKED = re.compile(TOKEN.pattern.replace(r"|!?\[|\]", ""))
STARS = re.compile(r"\*++")
KEYPAD = re.compile(r"[0-9*#]++")
ALONE_BEFORE, ALONE_BEHIND = " \t\n(/", " \t\n,.;:!?/)"
QUOTED = frozenset(('""', "''", "[]", "()", "\u201c\u201d", "\u2018\u2019", "\u00ab\u00bb", "\u201e\u201c"))
TICKS = re.compile(r"`++")
ADDRESS = re.compile(r"\\.|[()]|\s++", re.DOTALL)
TITLE = re.compile(r"(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\))?+\s*+\)")
LABEL = re.compile(r"\[([^\[\]\\]{0,999}+)\]")


def folded(label: str) -> str:
    return " ".join(label.casefold().split())


@dataclass(slots=True)
class _Signs:
    """Signs that may be markup, at a place among the pieces; `left` of them have not become markup yet.
    `inside`: they stand within a word, and might both begin and end something."""

    sign: str
    left: int
    place: int
    length: int
    inside: bool = False

    def __str__(self) -> str:
        return self.sign * self.left


def inline(text: str, references: frozenset[str] | set[str] = frozenset()) -> str:
    """The words of one block."""
    return _Inline(text, references).words()


class _Inline:
    def __init__(self, text: str, references: frozenset[str] | set[str]) -> None:
        self._text, self._references = text, references
        self._at = 0  # the text is read up to here
        self._pieces: list[object] = []
        self._open: dict[str, list[_Signs]] = {"*": [], "_": [], "~": []}
        self._brackets: list[tuple[_Signs, int]] = []  # and where their text begins
        self._linked = 0  # so many of them stand around a link and are no link themselves
        self._bracket = 0  # where the last bracket ended
        self._ticks: dict[int, list[int]] = {}  # where runs of that length begin, the last first
        for run in reversed(list(TICKS.finditer(text))):
            self._ticks.setdefault(len(run[0]), []).append(run.start())
        self._keys = frozenset(_keys(text)) if "*" in text else frozenset()
        self._ends, self._titled = _addresses(text) if "](" in text else ({}, {})

    def words(self) -> str:
        linked = self._references or "](" in self._text
        for token in (TOKEN if linked else UNLINKED).finditer(self._text):
            if token.start() < self._at:
                continue
            self._pieces.append(self._text[self._at : token.start()])
            self._at = token.end()
            self._take(token[0], token.start())
        self._pieces.append(self._text[self._at :])
        return "".join(map(str, self._pieces))

    def _take(self, sign: str, start: int) -> None:
        match sign[0]:
            case "\\":
                self._pieces.append(sign[1])
            case "&":
                self._pieces.append(html.unescape(sign))
            case "<":
                self._pieces.append(sign[1:-1])
            case "`":
                self._code(sign)
            case "]":
                self._end_link(start)
                self._bracket = start + 1
            case "[" | "!":
                signs = self._put(sign, 1)
                self._brackets.append((signs, self._at))
                self._bracket = self._at
            case _:
                self._emphasis(sign, start)

    def _put(self, sign: str, count: int) -> _Signs:
        signs = _Signs(sign, count, len(self._pieces), count)
        self._pieces.append(signs)
        return signs

    def _code(self, sign: str) -> None:
        """Code goes on up to as many ticks again; nothing in it is markup."""
        ends = self._ticks.get(len(sign), [])
        while ends and ends[-1] < self._at:
            ends.pop()
        if not ends:
            self._pieces.append(sign)
            return
        code = self._text[self._at : ends[-1]].replace("\n", " ")
        spaced = code.startswith(" ") and code.endswith(" ") and not code.isspace()
        self._pieces.append(code[1:-1] if spaced else code)
        self._at = ends[-1] + len(sign)

    def _emphasis(self, run: str, start: int) -> None:
        sign, count = run[0], len(run)
        if start in self._keys:
            self._pieces.append(sign)
            return
        if sign == "~":
            self._pieces.append("~" * (count % 2))
            count -= count % 2
        opens, closes = _sides(sign, self._text[start - 1 : start], self._text[self._at : self._at + 1])
        signs, stack = self._put(sign, count), self._open[sign]
        signs.inside = opens and closes
        while closes and signs.left and stack and _belong(stack[-1], signs):
            other = stack[-1]
            used = min(other.left, signs.left)
            other.left -= used
            signs.left -= used
            if not other.left:
                stack.pop()
            self._shut(other.place)
        if opens and signs.left:
            stack.append(signs)

    def _shut(self, place: int) -> None:
        """Signs behind that place cannot end anything any more."""
        for stack in self._open.values():
            while stack and stack[-1].place > place:
                stack.pop()

    def _end_link(self, start: int) -> None:
        if not self._brackets:
            self._pieces.append("]")
            return
        signs, begin = self._brackets.pop()
        active = signs.sign == "![" or len(self._brackets) >= self._linked
        self._linked = min(self._linked, len(self._brackets))
        end = self._end_of_link(begin, start) if active else None
        if end is None:
            self._pieces.append("]")
            return
        signs.left, self._at = 0, end
        self._shut(signs.place)
        if signs.sign == "[":
            self._linked = len(self._brackets)

    def _end_of_link(self, begin: int, end: int) -> int | None:
        """The place behind the address in parentheses, or behind the reference to one. None: it is no
        link."""
        if self._text.startswith("(", self._at):
            if (found := self._ends.get(self._at)) is not None:
                return found
            if (after := self._titled.get(self._at)) and (title := TITLE.match(self._text, after)):
                return title.end()
        if not self._references:
            return None
        label = LABEL.match(self._text, self._at)
        if label and folded(label[1]) in self._references:
            return label.end()
        alone = begin == self._bracket and folded(self._text[begin:end]) in self._references
        return self._at + (2 if label and not label[1] else 0) if alone else None


def _addresses(text: str) -> tuple[dict[int, int], dict[int, int]]:
    """Where the address that each parenthesis opens is closed, or where the space behind it ends, in which
    case a title may follow. An address holds no spaces, and as many closed parentheses as open ones."""
    ends, titled, opened = dict[int, int](), dict[int, int](), list[int]()
    for found in ADDRESS.finditer(text):
        match found[0]:
            case "(":
                opened.append(found.start())
            case ")":
                if opened:
                    ends[opened.pop()] = found.end()
            case sign if sign.isspace():
                before = opened[-1:]
                if before and before[0] == found.start() - 1:
                    opened = before  # spaces in front of an address
                else:
                    titled.update((place, found.end()) for place in before)
                    opened = []
    return ends, titled


def _keys(text: str) -> Iterator[int]:
    """Where a star is the key of a telephone, or a sign of arithmetic: in "*100*2#" and "3*4", and where it
    stands alone, in quotes or in brackets."""
    for found in WORD.finditer(text):
        word = found[0]
        if word.count("*") == 1 and word.strip("*") == word:
            at = word.index("*")
            if word[at - 1].isalnum() and word[at + 1].isalnum():
                yield found.start() + at
    for found in KEYPAD.finditer(text):
        if "*" in found[0]:
            around = text[max(0, found.start() - 1) : found.end() + 1]
            yield from (found.start() + at for at in _keys_of(found[0], around))


def _keys_of(signs: str, around: str) -> Iterator[int]:
    """Which signs in a row are keys; `around`: the row with what stands before and behind it."""
    first = around.startswith(signs) and not around[1:].startswith(signs)
    shift = 0 if first or around == signs else 1
    for star in STARS.finditer(signs):
        at, end = star.start() + shift, star.end() + shift
        before, behind = around[at - 1 : at] if at else "", around[end : end + 1]
        alone = (not before or before in ALONE_BEFORE) and (not behind or behind in ALONE_BEHIND)
        if len(star[0]) == 3 and alone and around != "***":
            yield star.start()  # a star in bold
        elif len(star[0]) == 1 and (
            "#" in signs or alone or before + behind in QUOTED or (before.isdigit() and behind.isdigit())
        ):
            yield star.start()


def _belong(first: _Signs, last: _Signs) -> bool:
    """Whether they are a pair: not * and ** within words, where each may have a partner of its own length
    (rule 9 there)."""
    odd = (first.length + last.length) % 3 == 0 and first.length % 3 != 0
    return first.sign == "~" or not (odd and (first.inside or last.inside))


@lru_cache(maxsize=4096)
def _sides(sign: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run of signs between these may begin something, and end it (CommonMark 0.31, section 6.2)."""
    space_before, space_after = _is_space(before), _is_space(after)
    point_before, point_after = _is_point(before), _is_point(after)
    left = not space_after and (not point_after or space_before or point_before)
    right = not space_before and (not point_before or space_after or point_after)
    if sign == "_":
        return left and (not right or point_before), right and (not left or point_after)
    return left, right


def _is_space(sign: str) -> bool:
    return not sign or sign.isspace()


def _is_point(sign: str) -> bool:
    return bool(sign) and unicodedata.category(sign)[0] in "PS"
