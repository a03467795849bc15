"""Which speech of the caller interrupts a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from ...contract.speech import Transcript


class Weight(Enum):
    """Of what was heard."""

    LITTLE = auto()  # no word, or too few yet
    ENOUGH = auto()  # a prompt that plays is to stop for it
    ASIDE = auto()  # nothing but what listeners say: mhm, right, okay
    DOUBTFUL = auto()  # a final that is not believed


@dataclass(frozen=True, slots=True)
class BargeIn:
    """`voice`: interrupt as soon as voice is detected, before a word is known. `words`, `seconds`: what an
    interim transcript must have; a final one interrupts in any case. `ignore`: what people say while they
    listen; it neither interrupts nor answers. `confidence`: a final with less counts for nothing; with
    `resume` the prompt that it stopped begins again."""

    voice: bool = False
    words: int = 1
    seconds: float = 0.0
    ignore: frozenset[str] = frozenset()
    confidence: float = 0.0
    resume: bool = False

    def weigh(self, said: Transcript) -> Weight:
        if said.final and said.confidence is not None and said.confidence < self.confidence:
            return Weight.DOUBTFUL
        words = _words(said.text)
        if not words:
            return Weight.LITTLE
        if " ".join(words) in self.ignore or self.ignore.issuperset(words):
            return Weight.ASIDE
        long = len(words) >= self.words and said.end - said.start >= self.seconds
        return Weight.ENOUGH if said.final or long else Weight.LITTLE


def words_of(text: str) -> str:
    """The words of a text, in the form that `BargeIn.ignore` has."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'•-]+", text.casefold())  # • stands for what a mask has hidden
