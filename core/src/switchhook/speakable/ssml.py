"""SSML as a voice takes it: broken markup is mended, HTML becomes SSML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from xml.parsers import expat  # documents with a type declaration, the risk of this parser, are refused below
from xml.sax.saxutils import escape, quoteattr

from .markup import PREFIXED, Tag, Text, Token


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SSML = _names(
    "speak p paragraph s sentence token w lang voice break emphasis phoneme prosody say-as sub audio "
    "desc mark lexicon lookup meta metadata express-as voice-transformation"
)
"""Elements of SSML 1.1, and those that Watson's voices know beside them."""

EMPTY = frozenset(("break", "mark", "lexicon", "meta"))
NEEDS = {"sub": "alias", "say-as": "interpret-as", "audio": "src", "mark": "name", "phoneme": "ph"}
"""Without these they are HTML of the same name, or nothing."""

BLOCKS = _names(
    "address article aside blockquote br caption center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol option pre section "
    "select summary table tbody tfoot thead title tr ul"
)
CELLS = frozenset(("td", "th"))
INLINE = _names(
    "a abbr acronym b bdi bdo big body button cite code col colgroup data del dfn em font head html "
    "i iframe img input ins kbd label link nobr noscript picture q rp rt ruby samp script small "
    "source span strike strong style sup svg textarea time tt u var video wbr"
)
HTML = BLOCKS | CELLS | INLINE
CHANGING = frozenset(("sub", "say-as", "desc", "metadata"))
"""The words in them are not said as they stand: one that has no end would take the rest of the text."""

SHORT = re.compile(r"\s*+[^\s<&]*+(?:[ ()./+-]++[0-9]++)*+")  # what a say-as without an end may have meant
NAME = re.compile(r"(?:xml:)?[a-zA-Z_][a-zA-Z0-9_.-]*+")
TOP = frozenset(("speak",))


def means_ssml(token: Token) -> bool:
    """Whether it is a tag that texts of the web do not have."""
    return isinstance(token, Tag) and _is_ssml(token) and (token.opens or token.name not in NEEDS)


def is_well_formed(text: str) -> bool:
    """Whether it can be given to a voice as it is: well-formed SSML, and nothing but that."""
    if re.search(r"<[!?]", text):
        return False
    names: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: names.append(name)
    whole = text.startswith("<speak")
    try:
        parser.Parse(text if whole else f"<speak>{text}</speak>", True)
    except expat.ExpatError:
        return False
    # engines name elements of their own with a prefix, such as amazon:effect; SSML's own need none
    prefixed = any(":" in name and name.rpartition(":")[2] in PREFIXED for name in names)
    return "speak" not in names[1:] and not prefixed and all(name in SSML or ":" in name for name in names)


def mended(tokens: Iterable[Token]) -> tuple[str, list[str]]:
    """Well-formed SSML of the same words, and what had to be done for it."""
    mending = _Mending()
    for token in tokens:
        mending.take(token)
    return mending.end(), list(dict.fromkeys(mending.done))


def _is_ssml(tag: Tag) -> bool:
    if tag.name not in SSML:
        return False
    return not tag.opens or NEEDS.get(tag.name, "") in ("", *tag.attributes)


def lacks_something(tag: Tag) -> bool:
    """Whether it means nothing as it stands, and is no HTML either."""
    if tag.name not in HTML | SSML:
        return True
    return tag.name in ("say-as", "phoneme") and tag.opens and not _is_ssml(tag)


class _Mending:
    def __init__(self) -> None:
        self.done: list[str] = []
        self._made: list[str] = []
        self._open: list[tuple[str, int]] = []  # elements, and where in `made` they begin
        self._aliases: dict[int, str] = {}
        self._count: Counter[str] = Counter()  # of elements that are open
        self._root: Mapping[str, str] | None = None

    def take(self, token: Token) -> None:
        if isinstance(token, Text):
            if token.bare:
                self.done.append("a & or < was escaped")
            self._made.append(escape(token.text))
        elif token.name in TOP:
            self._take_root(token)
        elif not _is_ssml(token):
            self._take_other(token)
        elif token.opens:
            self._begin(token)
        else:
            self._finish(token.name)

    def end(self) -> str:
        if self._open:
            self.done.append("tags that were left open were closed")
        while self._open:
            self._close_at_last(*self._open.pop())
        inside = "".join(self._made).strip()
        return inside if self._root is None else f"<speak{_written(self._root)}>{inside}</speak>"

    def _take_root(self, tag: Tag) -> None:
        if tag.opens and self._root is None:
            self._root = tag.attributes
            if self._made and not self._made[-1].endswith((" ", "\n", ">")):
                self._made.append(" ")
        elif tag.opens:
            self._made.append(" ")
            self.done.append("a second <speak> was left out")

    def _take_other(self, tag: Tag) -> None:
        """Takes a tag of HTML, or one that is not known."""
        if tag.name in BLOCKS:
            self._made.append("<break/>" if self._made and self._made[-1] != "<break/>" else " ")
        elif tag.name in CELLS:
            self._made.append(" " if tag.opens else ", ")
        elif lacks_something(tag):
            self.done.append("a tag that is no SSML was left out")

    def _begin(self, tag: Tag) -> None:
        attributes = _written(tag.attributes)
        if tag.name in EMPTY or tag.closes:
            self._made.append(f"<{tag.name}{attributes}/>")
            return
        self._open.append((tag.name, len(self._made)))
        self._made.append(f"<{tag.name}{attributes}>")
        if tag.name == "sub":
            self._aliases[len(self._made) - 1] = tag.attributes["alias"]
        self._count[tag.name] += 1

    def _finish(self, name: str) -> None:
        if not self._count[name]:
            if name not in EMPTY and name not in NEEDS:
                self.done.append("an end without a beginning was left out")
            return
        while (inner := self._open.pop())[0] != name:
            self._close_at_last(*inner)
            self.done.append("tags that were left open were closed")
        self._close(name)

    def _close_at_last(self, name: str, at: int) -> None:
        """It was left open. What would change all words from there on is taken out, or ended early."""
        if name not in CHANGING:
            self._close(name)
            return
        self._count[name] -= 1
        begin, self._made[at] = self._made[at], ""
        if name == "sub":
            self._made[at] = f"{escape(self._aliases[at])} "
        elif name == "say-as" and at + 1 < len(self._made) and not self._made[at + 1].startswith("<"):
            words = self._made[at + 1]
            found = SHORT.match(words)
            end = found.end() if found else 0
            self._made[at + 1] = f"{begin}{words[:end]}</{name}>{words[end:]}"

    def _close(self, name: str) -> None:
        self._count[name] -= 1
        self._made.append(f"</{name}>")


def _written(attributes: Mapping[str, str]) -> str:
    return "".join(
        f" {name}={quoteattr(value)}"
        for name, value in attributes.items()
        if NAME.fullmatch(name) and (name.startswith("xml:") or not name.startswith("xmlns"))
    )


def as_lines(tokens: Iterable[Token]) -> Iterator[str]:
    """The words of HTML: blocks on lines of their own, cells with a comma between."""
    for token in tokens:
        if isinstance(token, Text):
            yield token.text
        elif token.name in BLOCKS or token.name in ("p", "paragraph"):
            yield "\n"
        elif token.name in CELLS:
            yield " " if token.opens else ", "
        elif token.name not in HTML | SSML:
            yield " "
