"""The prompts of a dialogue that are queued and not heard to the end yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...contract.actions import Play, Say, SetBargeIn
from .events import Queue


@dataclass(frozen=True, slots=True)
class _Prompt:
    id: int
    turn: int  # whose reply it is of; 0: of none
    speech: bool  # whether speech interrupts it
    digits: bool
    content: Queue

    @property
    def may_be_missed(self) -> bool:
        """A file is passed over when it cannot be played."""
        return isinstance(self.content.content, Play)


@dataclass(slots=True)
class Prompting:
    """Prompts queued and not heard to the end yet; each keeps what may interrupt it from its position on."""

    _queue: deque[_Prompt] = field(default_factory=deque)
    _ids: int = 0
    _speech: bool = True
    _digits: bool = True
    _dropped: list[_Prompt] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self._queue)

    def queue(self, content: Say | Play, turn: int, parameters: Mapping[str, Any] | None = None) -> Queue:
        """Of no turn: what nothing may interrupt."""
        return self._queue_as(
            content, turn, (self._speech and turn > 0, self._digits and turn > 0), parameters
        )

    def fill(self, content: Say) -> Queue:
        """Of no turn, and interrupted by whatever comes: the answer is still to be heard."""
        return self._queue_as(content, 0, (True, True))

    def _queue_as(
        self,
        content: Say | Play,
        turn: int,
        interrupts: tuple[bool, bool],
        parameters: Mapping[str, Any] | None = None,
    ) -> Queue:
        self._ids += 1
        queued = Queue(self._ids, content, parameters or {})
        self._queue.append(_Prompt(self._ids, turn, *interrupts, queued))
        return queued

    @property
    def loops(self) -> bool:
        """What plays will not end by itself."""
        first = self._queue[0].content.content if self._queue else None
        return isinstance(first, Play) and first.loop

    @property
    def turn(self) -> int:
        """Whose reply plays; 0: none."""
        return self._queue[0].turn if self._queue else 0

    def restore(self) -> list[Queue]:
        """What was dropped last, from the beginning of the prompt that was interrupted."""
        queued = []
        for prompt in self._dropped:
            self._ids += 1
            again = Queue(self._ids, prompt.content.content, prompt.content.parameters)
            self._queue.append(replace(prompt, id=self._ids, content=again))
            queued.append(again)
        self._dropped = []
        return queued

    def switch(self, to: SetBargeIn) -> None:
        self._speech = self._speech if to.speech is None else to.speech
        self._digits = self._digits if to.digits is None else to.digits

    def ignores_speech(self) -> bool:
        return bool(self._queue) and not self._queue[0].speech

    def ignores_digits(self) -> bool:
        return bool(self._queue) and not self._queue[0].digits

    def finish(self, prompt: int) -> _Prompt | None:
        """It and all before it are over. None: it was flushed."""
        if all(queued.id != prompt for queued in self._queue):
            return None
        while (over := self._queue.popleft()).id != prompt:
            pass
        return over

    def begins_of(self, prompt: int, turn: int) -> bool:
        return any(queued.id == prompt and queued.turn == turn for queued in self._queue)

    def clear(self) -> set[int]:
        """The turns of what was dropped; empty if there was nothing."""
        turns = {queued.turn for queued in self._queue}
        self._dropped = list(self._queue)
        self._queue.clear()
        return turns
