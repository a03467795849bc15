"""From markup to words, and where sentences end. The work grows with a text's length and no faster."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
UNSEEN = (("<!--", "-->"), ("<?", "?>"))  # comments, and instructions to programs

CLOSING = r"[\"')\]\u2019\u201d\u300d\u300f\uff09]*"
WIDE = rf"[\u3002\uff01\uff1f\uff61]{CLOSING}\s*"  # their own white space is in them
LINE_ENDS = "\n\r\u2028\u2029"
SENTENCE = re.compile(rf"(?<=[.!?\u2026\u061f\u0964]){CLOSING}\s+|{WIDE}|[{LINE_ENDS}]+")

# what a full stop after it ends no sentence; so does a single letter, as in "J. Lee" or "z. B."
SHORT = re.compile(r"dr|mr|mrs|ms|st|sr|jr|prof|sra|mme|nr|vs|ca|approx|e\.g|i\.e|[^\W\d_]")
LAST_WORD = 8  # characters of the longest of them, and one more


def plain_text(text: str) -> str:
    """The words of a text that may be SSML; a text without tags is taken as it is."""
    bare = without_tags(text)
    if bare == text:
        return text
    if TAG.search(bare):  # tags inside tags are no markup
        bare = bare.translate({ord("<"): " ", ord(">"): " "})
    return " ".join(unescaped(bare).split())


def without_tags(text: str) -> str:
    """A space for each tag, comment and instruction."""
    for opening, closing in UNSEEN:
        text = _without(text, opening, closing)
    return TAG.sub(" ", text)


def unescaped(text: str) -> str:
    """What entities such as `&amp;` and `&#8364;` stand for."""
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)


def _without(text: str, opening: str, closing: str) -> str:
    """A regular expression would look for the same end again and again."""
    kept, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        kept.append(text[at:start])
        at = end + len(closing)
    return " ".join([*kept, text[at:]])


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text without markup, each without the white space around it; none is empty."""
    for start, end in pairwise([0, *sentence_ends(text), len(text)]):
        if sentence := text[start:end].strip():
            yield sentence


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
