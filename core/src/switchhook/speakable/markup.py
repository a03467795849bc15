"""Reads markup as it comes: whole or broken, SSML or HTML. Each place of the text is looked at a few times at
most, which the standard library's parser does not promise.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
# a quoted value may hold > and a < that begins no tag; so a tag is read at most to where the next one begins
TAG = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9_:.-]*+)"
    r"((?:[^<>=]++|=\s*+(?:\"(?:[^\"<]++|<(?![a-zA-Z/!?]))*+\"|'(?:[^'<]++|<(?![a-zA-Z/!?]))*+')?+)*+)>"
)
UNCLOSED = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9_:.-]*+)"
    r"((?:\s++[a-zA-Z_:][a-zA-Z0-9_:.-]*+\s*+=\s*+(?:\"[^\"<>]*+\"?+|'[^'<>]*+'?+))++)"
)
# a text that was cut off ends in it
CUT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9_:.-]++)(\s*+/?+)\Z")
ATTRIBUTE = re.compile(
    r"(?<![a-zA-Z0-9_:.-])([a-zA-Z_][a-zA-Z0-9_:.-]*+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=]++))"
)
ADDRESS = re.compile(
    r"<(?:(?:https?|ftp|mailto|tel|sips?|wss?):[^\s<>]*+|[^\s<>@\"'=/]++@[^\s<>@\"'=]++)>", re.IGNORECASE
)
UNSEEN = (("<!--", "-->"), ("<?", "?>"))  # comments, and instructions to programs
CDATA = ("<![CDATA[", "]]>")
ENDS = {"!": {"-->", "]]>", "]>", ">"}, "?": {"?>"}}
PREFIXED = frozenset(
    ("speak", "p", "s", "break", "sub", "say-as", "emphasis", "prosody", "voice", "lang", "phoneme", "audio")
)
PROGRAMS = frozenset(("script", "style"))  # what stands in them is not for people
END_OF_PROGRAM = re.compile(r"</(?:script|style)\s*+>", re.IGNORECASE)
DECLARATION = re.compile(r"<![a-zA-Z][^<>\[]*+(>?+)")


@dataclass(frozen=True, slots=True)
class Text:
    """Words, unescaped. `bare`: there is a & or a < among them that should have been escaped; `compared`: a <
    and a > around them, which look like a tag and are none, were left out."""

    text: str
    bare: bool = False
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Tag:
    """`name` in small letters; `raw`: as it was written."""

    name: str
    opens: bool = True
    closes: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""


Token = Text | Tag


def unescaped(text: str) -> str:
    """What entities such as `&amp;` and `&#8364;` stand for."""
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)


def has_tags(text: str) -> bool:
    """Or what looks like one."""
    return any(map(looks_like_tag, parse(text)))


def looks_like_tag(token: Token) -> bool:
    return isinstance(token, Tag) or token.compared


def parse(text: str) -> Iterator[Token]:
    """Its words and tags in order, without comments, instructions and declarations."""
    return _Reader(text).tokens()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._from = 0  # words that were not given yet begin there
        self._endless: set[str] = set()  # closing signs that do not come any more

    def tokens(self) -> Iterator[Token]:
        at = self._text.find("<")
        while at >= 0:
            end, token = self._read(at)
            if end == at:
                end = at + 1  # a sign like any other
            else:
                yield from self._words(at)
                if token is not None:
                    yield token
                self._from = end = self._behind_program(token, end)
            at = self._text.find("<", end)
        yield from self._words(len(self._text))

    def _words(self, end: int) -> Iterator[Text]:
        if end > self._from:
            raw = self._text[self._from : end]
            bare = "<" in raw or "&" in ENTITY.sub("", raw)
            yield Text(unescaped(raw), bare)

    def _behind_program(self, token: Token | None, at: int) -> int:
        if isinstance(token, Tag) and token.name in PROGRAMS and not token.closes:
            if self._endless >= PROGRAMS:
                return at
            if found := END_OF_PROGRAM.search(self._text, at):
                return found.start()
            self._endless |= PROGRAMS
        return at

    def _read(self, at: int) -> tuple[int, Token | None]:
        """The end of what begins there, and what it is; the same place if nothing begins there."""
        sign = self._text[at + 1 : at + 2]
        if sign in ENDS:
            return (at, None) if self._endless >= ENDS[sign] else self._unseen(at)
        if address := ADDRESS.match(self._text, at):
            return address.end(), Text(address[0][1:-1].removeprefix("mailto:").removeprefix("tel:"))
        found = TAG.match(self._text, at) or UNCLOSED.match(self._text, at) or CUT.match(self._text, at)
        if found and self._compares(found):
            return found.end(), Text(f" {found[2]}{found[3]} ", bare=True, compared=True)
        if found:
            return found.end(), _tag(found[1], found[2], found[3], found[0])
        return at, None

    def _compares(self, found: re.Match[str]) -> bool:
        """Whether the signs mean less and more, as in "a<b and c>d": no space is around them, and words but
        no values between. Then the words stay, without the signs."""
        touches = self._text[found.start() - 1 : found.start()].isalnum() and (
            self._text[found.end() : found.end() + 1].isalnum()
        )
        plain = touches and not found[1] and "=" not in found[3] and len(found[3].split()) > 1
        return plain and found[2].lower() not in PREFIXED - {"p", "s"}

    def _unseen(self, at: int) -> tuple[int, Token | None]:
        for opening, closing in UNSEEN:
            if self._text.startswith(opening, at) and (end := self._after(closing, at + len(opening))):
                return end, None
        if self._text.startswith(CDATA[0], at) and (end := self._after(CDATA[1], at + len(CDATA[0]))):
            return end, Text(self._text[at + len(CDATA[0]) : end - len(CDATA[1])])
        if found := DECLARATION.match(self._text, at):
            if found[1]:
                return found.end(), None
            if self._text.startswith("[", found.end()) and (end := self._after("]>", found.end())):
                return end, None
        return at, None

    def _after(self, closing: str, at: int) -> int:
        """The place behind the next `closing`; 0: there is none. What was not found once is not looked for
        again."""
        if closing in self._endless:
            return 0
        if (end := self._text.find(closing, at)) < 0:
            self._endless.add(closing)
            return 0
        return end + len(closing)


def _tag(slash: str, name: str, inside: str, raw: str) -> Tag:
    """Names in small letters, those of SSML without a prefix: `<ssml:break/>` is a break."""
    empty = inside.rstrip().endswith("/")
    attributes = {
        (each[1] if each[1][0].islower() else each[1].lower()): unescaped(
            next(value for value in each.groups()[1:] if value is not None)
        )
        for each in ATTRIBUTE.finditer(inside.rstrip().removesuffix("/"))
    }
    name = name.lower()
    local = name.rpartition(":")[2]
    return Tag(local if local in PREFIXED else name, not slash, bool(slash) or empty, attributes, raw)
