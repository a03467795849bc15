"""When each stage of a turn began and ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...contract.records import TurnRecord
from ..dialogue.events import Effect, Event, Flush, PromptFinished, PromptStarted, Queue, ReplyEnded


def reach(turn: TurnRecord, stage: str, began: float, ended: float) -> None:
    """It lasts until then; when it began is known already where it was said before."""
    known = turn.stages.get(stage)
    turn.stages[stage] = [known[0] if known else round(began, 3), round(ended, 3)]


class Stages:
    """Of replies and of what is heard. Times are seconds since the call began."""

    def __init__(self) -> None:
        self._queued: dict[int, TurnRecord] = {}  # by prompts that are not over
        self._heard: set[int] = set()  # those of them that have begun

    def take(self, event: Event, effects: Sequence[Effect], at: float, turns: Sequence[TurnRecord]) -> None:
        """`turns`: of the record, the newest last."""
        match event:
            case ReplyEnded():
                for each in (turn for turn in turns[-2:] if turn.number == event.turn):
                    reach(each, "assistant", each.at, at)
            case PromptStarted() if turn := self._queued.get(event.prompt):
                self._heard.add(event.prompt)
                reach(turn, "playback", at, at)
            case PromptFinished():
                self._end([event.prompt], at)
            case _:
                pass
        for effect in effects:
            if isinstance(effect, Flush):
                self._end(list(self._queued), at)
            elif isinstance(effect, Queue) and turns:
                self._queued[effect.prompt] = turns[-1]

    def _end(self, prompts: Iterable[int], at: float) -> None:
        for prompt in prompts:
            turn = self._queued.pop(prompt, None)
            if turn is not None and prompt in self._heard:
                self._heard.discard(prompt)
                reach(turn, "playback", at, at)
