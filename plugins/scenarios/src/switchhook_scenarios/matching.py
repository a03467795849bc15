"""Are these words in what was said? Case, punctuation and line breaks never count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

NEAR = 0.8  # of the expected words


def words(text: str) -> list[str]:
    """Marks belong to them: in Hindi or Thai many words differ in nothing else."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    spoken = "".join(sign if _is_of_word(sign) else " " for sign in text)
    return [word for each in spoken.split() if (word := each.strip("'"))]


def _is_of_word(sign: str) -> bool:
    return sign in "_'" or sign.isalnum() or unicodedata.category(sign).startswith("M")


def has(expected: str, said: str) -> bool:
    """One after the other. Where a script writes no spaces, anywhere."""
    wanted, given = words(expected), words(said)
    if any(unicodedata.east_asian_width(sign) in "WF" for sign in expected):
        return "".join(wanted) in "".join(given)
    return f" {' '.join(wanted)} " in f" {' '.join(given)} "


def same(expected: str, said: str) -> bool:
    return words(expected) == words(said)


def near(expected: str, said: str) -> bool:
    wanted = words(expected)
    found = sum(block.size for block in _compared(wanted, words(said)).get_matching_blocks())
    return found >= NEAR * len(wanted)


def fits(pattern: str, said: str) -> bool:
    return re.search(pattern, " ".join(said.split()), re.IGNORECASE) is not None


def otherwise(said: str, heard: str) -> Iterator[tuple[str, str]]:
    """The words that were said, and what was heard in their place; either may be empty."""
    given, taken = words(said), words(heard)
    for kind, a, b, c, d in _compared(given, taken).get_opcodes():
        if kind != "equal":
            yield " ".join(given[a:b]), " ".join(taken[c:d])


def _compared(one: list[str], other: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, one, other, autojunk=False)
