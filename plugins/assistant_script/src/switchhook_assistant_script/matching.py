"""Which phrase comes closest to what was said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

from rapidfuzz import fuzz

from .english import (
    ANSWERS,
    COURTESY,
    DENIALS,
    EMPTY,
    ENQUIRING,
    FILLERS,
    KINDS,
    REQUEST,
    TELLING,
    root,
    written_out,
)

MOST = 60  # words of what was said that are looked at
BESIDE = 6  # words that may be beside two that matter
COST = 2.0  # that each of them takes off the nearness
NEARLY = 95.0  # the nearness of a phrase of which nothing is missing
ALIKE = ((8, 75.0), (6, 82.0), (4, 86.0))  # from so many letters on: how near a word is that was misheard
PREFIXES = ("re", "un", "in", "im", "dis", "mis", "non", "pre", "de", "over", "under", "trans")


def normal(text: str) -> str:
    """Only the words of a text, in lower case: what recognition adds must not count. Marks do, as in Hindi or
    Thai many words differ in nothing else."""
    bare = unicodedata.normalize("NFC", re.sub("['\u2019]", "", text.casefold()))
    return " ".join("".join(sign if _is_of_word(sign) else " " for sign in bare).split())


def _is_of_word(sign: str) -> bool:
    return sign == "_" or sign.isalnum() or unicodedata.category(sign).startswith("M")


def closest(
    said: str, phrases: Iterable[tuple[str, str]], threshold: float, *, english: bool = True
) -> str | None:
    """The name of the nearest of (name, normal phrase), if it is near enough; among equals, of the first. In
    languages other than English whole sentences are compared."""
    words, best, nearest = normal(said), threshold, None
    near = Request(words).nearness if english else partial(fuzz.ratio, words)
    for name, phrase in phrases if words else ():
        score = near(phrase)
        if score > best or (score >= best and nearest is None):
            best, nearest = score, name
    return nearest


class Phrase(NamedTuple):
    words: tuple[str, ...]
    matter: tuple[str, ...]  # the words that have to be there; some phrases have none


@lru_cache(4096)
def _read(phrase: str) -> Phrase:
    words = written_out(phrase)
    empty = EMPTY - ENQUIRING
    asked = [word for word in words if word not in empty and word not in REQUEST]
    if not asked or ENQUIRING.issuperset(asked):
        asked = [word for word in words if word not in empty]
    if ENQUIRING.issuperset(asked):
        return Phrase(tuple(words), ())
    return Phrase(tuple(words), tuple(word for word in words if word in asked or word == "no"))


class Request:
    """What was said in English. Words that any request may have around what it is about do not count."""

    def __init__(self, words: str) -> None:
        self._whole = words
        self._words = written_out(" ".join(words.split()[:MOST]))
        self._denials = DENIALS.intersection(self._words)

    def nearness(self, phrase: str) -> float:
        """0 to 100. Each word that matters has to be there, or another that it may have been misheard as."""
        if self._whole == phrase:
            return 100.0
        read = _read(phrase)
        if self._denials - set(read.words) - ({"not"} if read.words == ("no",) else set()) or (
            "not" in read.words and "not" not in self._denials
        ):
            return 0.0
        if _core(self._words) == _core(read.words) or "".join(self._words) == "".join(read.words):
            return NEARLY + 3
        if not read.matter:
            return NEARLY if self._is_about(read.words) else 0.0
        return self._has(read.matter)

    def _is_about(self, phrase: tuple[str, ...]) -> bool:
        """Whether the request has the words in their order, and little else that means something by
        itself."""
        size, words = len(phrase), self._words
        little = EMPTY | REQUEST if size > 2 else ANSWERS if phrase in (("yes",), ("no",)) else COURTESY
        return any(
            tuple(words[at : at + size]) == phrase and little.issuperset(words[:at] + words[at + size :])
            for at in range(len(words) - size + 1)
        )

    def _has(self, matter: tuple[str, ...]) -> float:
        found: list[int] = []
        total = 0.0
        for wanted in matter:
            at, near = self._find(wanted, found)
            if not near:
                return 0.0
            found.append(at)
            total += near
        beside = [at for at, word in enumerate(self._words) if at not in found and not _is_around(word)]
        if len(matter) == 1 and not self._stands_alone(found[0], beside, misheard=total < 100):
            return 0.0
        if len(matter) > 1 and not _stand_together(found, beside):
            return 0.0
        return min(total / len(matter), NEARLY) - COST * min(len(beside), BESIDE)

    def _find(self, wanted: str, but: Collection[int]) -> tuple[int, float]:
        """The place of the word, and how near it is."""
        near = [(_alike(word, wanted), -at) for at, word in enumerate(self._words) if at not in but]
        best, at = max(near, default=(0.0, 0))
        return -at, best

    def _stands_alone(self, at: int, beside: list[int], *, misheard: bool) -> bool:
        """Whether the word stands alone, as one word may be part of any sentence. What it belongs to may
        follow: "the balance of my savings"."""
        words = self._words
        if at and words[at - 1] == "no":
            return False
        if misheard or not beside:
            return not beside
        after = words[at + 1 :]
        goes_on = bool(after) and after[0] in EMPTY and not TELLING.intersection(after)
        return goes_on and beside[0] > at and len(beside) <= 3


def _stand_together(found: list[int], beside: list[int]) -> bool:
    """Whether nothing that matters is between them, or one word at most if they come in their order."""
    first, last = min(found), max(found)
    between = sum(first < at < last for at in beside)
    return between <= (found == sorted(found)) and last - first < len(found) + 5 and len(beside) <= BESIDE


def _core(words: Iterable[str]) -> list[str]:
    """The words that mean something by themselves, without repetitions."""
    kept = [word for word in words if word not in FILLERS]
    return [word for at, word in enumerate(kept) if at == 0 or word != kept[at - 1]]


def _is_around(word: str) -> bool:
    return word in EMPTY or word in REQUEST or word in ENQUIRING or word in KINDS


@lru_cache(16384)
def _alike(word: str, wanted: str) -> float:
    """The nearness of a word: it may be the same, another form, or the same misheard; else 0."""
    if word == wanted or root(word) == root(wanted):
        return 100.0
    if abs(len(word) - len(wanted)) > 2 or word in EMPTY or word in REQUEST:
        return 0.0
    least = next((least for letters, least in ALIKE if len(wanted) >= letters), 100.0)
    near = fuzz.ratio(word, wanted, score_cutoff=least)
    if word.endswith(wanted) or (wanted.endswith(word) and len(word) < len(wanted) - 1):
        return 0.0  # "border" is no order; "ours" may be hours
    before = (each for each in PREFIXES if len(each) < len(wanted) - 3)
    return near if all(word.startswith(each) == wanted.startswith(each) for each in before) else 0.0
