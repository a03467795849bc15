"""Which phrase comes closest to what was said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from rapidfuzz import fuzz

_AROUND = (  # words that any English request may have around what it is about
    "a an and are as at be been can could did do does for from get give had has have hello help hey hi "
    "i id ill im in is it ive just kind know let like looking me my need of ok okay on or our out "
    "please say so some something sorry tell thank thanks that the their them there they this to uh um "
    "us was we well were what whats will wish with would wonder wondering want whether yes yeah you "
    "your youre actually maybe somehow today now about question calling call may might must should got "
    "find any hear"
)
AROUND = frozenset(_AROUND.split())
_DENIALS = (  # who says one of them does not ask for what he names
    "not dont doesnt didnt isnt arent wasnt wont wouldnt shouldnt havent hasnt never neither nor "
    "without stop cancel"
)
DENIALS = frozenset(_DENIALS.split())
ALIKE = 70.0  # how near a word is that recognition may have made of another
CONTAINED = 85.0  # how near a sentence is that has the phrase within
MORE = 4  # words that it may have beside the phrase


def normal(text: str) -> str:
    """Words only, in lower case: what recognition adds of its own must not count."""
    return " ".join(re.findall(r"\w+", re.sub("['\u2019]", "", text.casefold())))


def closest(
    said: str, phrases: Iterable[tuple[str, str]], threshold: float, *, english: bool = True
) -> str | None:
    """The name of the nearest of (name, normal phrase), if it is near enough; of equals the first. In other
    languages sentences are compared as wholes."""
    words, best, nearest = normal(said), threshold, None
    near = _Meant(words).nearness if english else partial(fuzz.ratio, words)
    for name, phrase in phrases if words else ():
        score = near(phrase)
        if score > best or (score >= best and nearest is None):
            best, nearest = score, name
    return nearest


class _Meant:
    """An English sentence, with and without the words that any request may have around it."""

    def __init__(self, words: str) -> None:
        self._whole, self._words, self._denies = words, words.split(), _denies(words)

    def nearness(self, phrase: str) -> float:
        """0 to 100. Who denies something does not ask for it, and each word that matters has to be there, or
        one that sounds like it."""
        if self._whole == phrase:
            return 100.0
        named = phrase.split()
        matter = [word for word in named if word not in AROUND] or named
        if self._denies != _denies(phrase) or not all(map(self._has, matter)):
            return 0.0
        content = [word for word in self._words if word not in AROUND or word in matter]
        near = max(fuzz.ratio(self._whole, phrase), fuzz.ratio(" ".join(content), " ".join(matter)))
        return max(near, CONTAINED) if _contains(content, matter) else near

    def _has(self, word: str) -> bool:
        return any(fuzz.ratio(word, each) >= ALIKE for each in self._words)


def _contains(content: list[str], matter: list[str]) -> bool:
    """They stand together, and few others beside them. One word may be of any sentence."""
    size = len(matter)
    if size < 2 or len(content) > size + MORE:
        return False
    return any(content[at : at + size] == matter for at in range(len(content) - size + 1))


def _denies(words: str) -> bool:
    """An answer may begin with "no" and ask for something then."""
    return any(word in DENIALS for word in words.split())
