"""What of the prompts has begun to be heard, and what is kept back. No clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .events import Effect, Hold


@dataclass(slots=True)
class Onset:
    _prompt: int = 0  # the newest that has begun
    _turn: int = 0  # and the newest turn that one was of
    _kept: int = 0  # the newest that was kept back when it was due

    def begin(self, prompt: int, turn: int) -> None:
        self._prompt, self._turn = max(self._prompt, prompt), max(self._turn, turn)

    def has_begun(self, prompt: int) -> bool:
        return prompt <= self._prompt

    def has_sounded(self, turn: int) -> bool:
        """Something of its reply was heard."""
        return turn <= self._turn

    def all_unheard(self, turns: Iterable[int]) -> bool:
        return not any(map(self.has_sounded, turns))

    def keep(self, prompt: int) -> list[Effect]:
        """Once."""
        if prompt <= self._kept:
            return []
        self._kept = prompt
        return [Hold()]

    def is_kept(self, prompt: int) -> bool:
        return prompt == self._kept and prompt > self._prompt
