"""Cutting a text into pieces that are soon made, so that the first is heard while the next is made: its
sentences, and of a long one its clauses, else its words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from unicodedata import category

from switchhook import sentence_ends

MOST = 150  # effort of a piece: as many letters, or nine seconds of speech
FIRST = 100  # effort of the first one, which somebody waits for

SPOKEN = 8  # letters that a digit or a sign is heard as
CAPITAL = 2  # capitals are spelled where they make no word

# the last one stays where a number may need it
SIGNS = re.compile(r"([^\w\s]{3})[^\w\s]*?(?=[$\u20ac\u00a3\u00a5+#-]?\w|\s|\Z)")

CLAUSE = re.compile(r"(?<=[,;:\u060c\u061b])\s+|[\u3001\uff0c\uff1b\uff1a\u2014]\s*|(?<=\s)(?=[\u2013(\[-])")
WORD = re.compile(r"\s+")
# after a sign, but not in a number ("1,250.00", "$5") or before what ends a clause
PART = re.compile(r"[^\w\s.,:$\u20ac\u00a3\u00a5'\u2019](?=[\w$\u20ac\u00a3\u00a5])|_(?=[^\W_])")


def without_rulers(text: str) -> str:
    """Of more than three signs in a row the first three: "=====" is drawn, not said."""
    return SIGNS.sub(r"\1", text)


def effort(character: str) -> int:
    """What it costs to say, in small letters. Never less than its bytes: synthesisers count these."""
    if character.isascii():
        if character.isdigit() or character in "#$%&*+/<=>@\\^~":
            return SPOKEN
        return CAPITAL if character.isupper() else 1
    return max(SPOKEN if not character.isalpha() else 0, len(character.encode(errors="surrogatepass")))


def spoken_pieces(
    text: str, most: int = MOST, first: int = FIRST, cost: Callable[[str], int] = effort
) -> list[str]:
    """No piece costs more than `most`, the first no more than `first`; nothing is lost but white space. The
    work grows with the text's length and no faster, whatever is in it."""
    spent = list(accumulate(map(cost, text), initial=0))
    return [piece for part in _pieces(text, spent, most, first) if (piece := part.strip())]


def _pieces(text: str, spent: Sequence[int], most: int, first: int) -> Iterator[str]:
    ends = list(sentence_ends(text))
    cuts = [[match.end() for match in pattern.finditer(text)] for pattern in (CLAUSE, WORD, PART)]
    start, allowed = len(text) - len(text.lstrip()), first
    while start < len(text):
        reach = bisect_right(spent, spent[start] + allowed) - 1
        # a character that alone costs more than is allowed is a piece
        end = _cut(text, start, max(reach, start + 1), ends, cuts)
        yield text[start:end]
        start, allowed = end, most


def _cut(text: str, start: int, reach: int, ends: Sequence[int], cuts: Sequence[Sequence[int]]) -> int:
    """Where the piece that starts there ends: at its sentence's end, if it reaches that."""
    at = bisect_right(ends, start)
    if at < len(ends) and ends[at] <= reach:
        return ends[at]
    if reach == len(text):
        return reach
    for places in cuts:
        last = bisect_right(places, reach)
        if last and places[last - 1] > start:
            return places[last - 1]
    return _between_characters(text, start, reach)


def _between_characters(text: str, start: int, reach: int) -> int:
    """At most there, and not before what belongs to the character in front of it."""
    end = reach
    while end > start + 1 and (_belongs(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end if end > start + 1 else reach


def _belongs(character: str) -> bool:
    return character == "\u200d" or category(character)[0] == "M" or "\udc00" <= character <= "\udfff"
