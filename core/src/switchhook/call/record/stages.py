"""When each stage of a turn began and ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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
        self._replied = 0  # the newest turn whose reply has ended
        self._over = 0  # turns of which all is known

    def take(self, event: Event, effects: Sequence[Effect], at: float, turns: Sequence[TurnRecord]) -> None:
        """`turns`: of the record, the newest last."""
        match event:
            case ReplyEnded():
                self._replied = max(self._replied, event.turn)
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

    def over(self, turns: Sequence[TurnRecord]) -> Iterator[TurnRecord]:
        """Those that do not change any more, in order, each once: there is a later one, the reply has ended
        or is not waited for, and nothing of it is to be heard."""
        while self._over < len(turns) - 1:
            turn, is_old = turns[self._over], self._over < len(turns) - 2
            if not (is_old or turn.number <= self._replied):
                return
            if any(turn is each for each in self._queued.values()):
                return
            self._over += 1
            yield turn

    def _end(self, prompts: Iterable[int], at: float) -> None:
        for prompt in prompts:
            turn = self._queued.pop(prompt, None)
            if turn is not None and prompt in self._heard:
                self._heard.discard(prompt)
                reach(turn, "playback", at, at)
