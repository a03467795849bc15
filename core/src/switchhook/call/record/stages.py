"""When each stage of a turn began and ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...contract.records import TurnRecord


def reach(turn: TurnRecord, stage: str, began: float, ended: float) -> None:
    """It lasts until then; when it began is known already where it was said before."""
    known = turn.stages.get(stage)
    turn.stages[stage] = [known[0] if known else round(began, 3), round(ended, 3)]


class Stages:
    """Of what is heard. Times are seconds since the call began."""

    def __init__(self) -> None:
        self._queued: dict[int, TurnRecord] = {}  # by prompts that are not over
        self._heard: set[int] = set()  # those of them that have begun
        self._replied = 0  # the newest turn whose reply has ended
        self.over = 0  # turns of which all is known

    def reply(self, turns: Iterable[TurnRecord], number: int, at: float) -> None:
        """That of the turn with this number has ended; `turns`: the newest."""
        self._replied = max(self._replied, number)
        for each in turns:
            if each.number == number:
                reach(each, "assistant", each.at, at)

    def now_over(self, turns: Sequence[TurnRecord]) -> list[TurnRecord]:
        """Those that do not change any more, in order, each once: there is a later one, the reply has ended
        or is not waited for, and nothing of it is to be heard."""
        before = self.over
        while self.over < len(turns) - 1 and self._is_over(turns[self.over], newest=turns[-2]):
            self.over += 1
        return list(turns[before : self.over])

    def _is_over(self, turn: TurnRecord, newest: TurnRecord) -> bool:
        """`newest`: of those that have a later one, whose reply may still be read."""
        replied = turn is not newest or turn.number <= self._replied
        return replied and not any(turn is each for each in self._queued.values())

    def queue(self, prompt: int, turn: TurnRecord) -> None:
        self._queued[prompt] = turn

    def sound(self, prompt: int, at: float) -> None:
        """It begins to be heard."""
        if turn := self._queued.get(prompt):
            self._heard.add(prompt)
            reach(turn, "playback", at, at)

    def flush(self, at: float) -> None:
        self.finish(list(self._queued), at)

    def finish(self, prompts: Iterable[int], at: float) -> None:
        """They are over."""
        for prompt in prompts:
            turn = self._queued.pop(prompt, None)
            if turn is not None and prompt in self._heard:
                self._heard.discard(prompt)
                reach(turn, "playback", at, at)
