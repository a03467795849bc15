"""The words of marked-up texts, and where sentences end. The work grows only linearly with the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..speakable.authors import Words
from ..speakable.markup import Tag, Text, Token, parse

UNSEEN = ("<!--", "<?", "<!")  # comments, instructions to programs, declarations

CLOSING = r"[\"')\]\u2019\u201d\u300d\u300f\uff09]*"
WIDE = rf"[\u3002\uff01\uff1f\uff61]{CLOSING}\s*"  # these characters bring their own white space
LINE_ENDS = "\n\r\u2028\u2029"
SENTENCE = re.compile(rf"(?<=[.!?\u2026\u061f\u0964]){CLOSING}\s+|{WIDE}|[{LINE_ENDS}]+")

# a full stop after these ends no sentence; nor does one after a single letter, as in "J. Lee" or "z. B."
SHORT = re.compile(r"dr|mr|mrs|ms|st|sr|jr|prof|sra|mme|nr|vs|ca|approx|e\.g|i\.e|[^\W\d_]")
LAST_WORD = 8  # characters of the longest of them, and one more


def plain_text(text: str) -> str:
    """The words of a text that may be SSML; a text without tags is taken as it is."""
    if "<" not in text:
        return text
    tokens = list(parse(text))
    if not any(isinstance(token, Tag) for token in tokens) and not any(sign in text for sign in UNSEEN):
        return text
    return as_words(" ".join(" ".join(_words(tokens)).split()), text)


def _words(tokens: list[Token]) -> Iterator[str]:
    """The alias of a `sub` takes the place of what stands in it."""
    hidden = 0
    for token in tokens:
        if isinstance(token, Text):
            if not hidden:
                yield token.text
        elif token.name == "sub" and token.opens and "alias" in token.attributes:
            if not hidden:
                yield token.attributes["alias"]
            hidden += not token.closes
        elif token.name == "sub" and hidden:
            hidden -= 1


def as_words(text: str, like: str) -> str:
    """`text`, which was made of `like`: if no Markdown is read in that any more, nor is it in this."""
    return Words(text) if isinstance(like, Words) else text


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text without markup, each without the white space around it; none is empty."""
    kind = Words if isinstance(text, Words) else str
    for start, end in pairwise([0, *sentence_ends(text), len(text)]):
        if sentence := text[start:end].strip():
            yield kind(sentence)


def sentence_ends(text: str) -> Iterator[int]:
    """Where the next sentence begins, behind each that has an end: a line ends one, a full stop behind an
    abbreviation or an initial ("Dr. Lee", "J. Lee") does not; Chinese and Japanese need no space."""
    for match in SENTENCE.finditer(text):
        stop, end = match.start() - 1, match.end()
        before, behind = text[max(0, stop - LAST_WORD) : max(0, stop)], text[end : end + 1]
        if text[stop : stop + 1] != "." or not _is_short(before, match[0], behind):
            yield end


def _is_short(before: str, space: str, behind: str) -> bool:
    """Whether a full stop belongs to an abbreviation rather than to the sentence."""
    if any(end in space for end in LINE_ENDS):
        return False
    words = re.split(r"[\s(\"'\u201c]", before)
    word = words[-1].lower()
    return behind.isdigit() if word == "no" else SHORT.fullmatch(word) is not None
