"""What of the caller's speech interrupts a prompt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...contract.speech import Transcript


@dataclass(frozen=True, slots=True)
class BargeIn:
    """`voice`: interrupt as soon as voice is detected, before a word is known. `words`, `seconds`: what an
    interim transcript must have; a final one interrupts in any case. `ignore`: what listeners say in between,
    which neither interrupts nor answers. `confidence`: a final below it is none; with `resume` the prompt
    that it stopped begins again."""

    voice: bool = False
    words: int = 1
    seconds: float = 0.0
    ignore: frozenset[str] = frozenset()
    confidence: float = 0.0
    resume: bool = False

    def interrupts(self, said: Transcript) -> bool:
        """Whether a prompt that plays is to stop for it."""
        words = _words(said.text)
        if not words or self.is_aside(said):
            return False
        if said.final:
            return not self.is_doubtful(said)
        return len(words) >= self.words and said.end - said.start >= self.seconds

    def is_aside(self, said: Transcript) -> bool:
        """Nothing but what listeners say: mhm, right, okay."""
        words = _words(said.text)
        return bool(words) and (" ".join(words) in self.ignore or all(word in self.ignore for word in words))

    def is_doubtful(self, said: Transcript) -> bool:
        return said.final and said.confidence is not None and said.confidence < self.confidence


def words_of(text: str) -> str:
    """As `BargeIn.ignore` holds them."""
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'•-]+", text.casefold())  # • stands for what a mask has hidden
