"""Which speech of the caller interrupts a prompt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ...contract.speech import Transcript
from ...contract.texts import spoken_words


class Weight(Enum):
    """Of what was heard."""

    LITTLE = auto()  # no word, or too few yet; of a final: no word
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
        if self._is_aside(words):
            return Weight.ASIDE
        long = len(words) >= self.words and said.end - said.start >= self.seconds
        return Weight.ENOUGH if said.final or long else Weight.LITTLE

    def _is_aside(self, words: list[str]) -> bool:
        """Whether they are nothing but what listeners say, one after the other: "okay, uh-huh"."""
        if not self.ignore:
            return False
        longest = max(each.count(" ") for each in self.ignore) + 1
        ends = {0}  # so many words are of that kind
        for end in range(1, len(words) + 1):
            starts = (start for start in range(max(0, end - longest), end) if start in ends)
            if any(" ".join(words[start:end]) in self.ignore for start in starts):
                ends.add(end)
        return len(words) in ends


def words_of(text: str) -> str:
    """The words of a text, in the form that `BargeIn.ignore` has."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    """Some recognisers write "uh-huh" and others "uh huh", and some curl an apostrophe."""
    return spoken_words(text.replace("\u2019", "'"), "'•")  # • stands for what is hidden
