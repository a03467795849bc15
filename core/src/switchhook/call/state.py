"""What a dialogue remembers: its timers, the prompts that are to be heard, the turn in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..actions import Play, Say, SetBargeIn
from ..assistant import Turn, TurnKind
from ..leg import Disposition, TurnReport
from .bargein import BargeIn
from .events import Queue


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds, where not said otherwise."""

    max_call: float = 840.0
    post_response: float = 7.0  # from the heard end of a reply to a turn without input
    speech: float = 30.0  # from the last sign of speech until its final is given up
    cut_speech: float = 3.0  # likewise, from the end of a pause that the speech was cut off by
    reply: float = 15.0  # without progress of a reply until it is given up
    stopping: float = 10.0  # for what is being said when the server ends
    pending: int = 64  # turns that wait: keys pressed while a reply is read
    final_utterance: float | None = None  # from the first sign of speech to a turn without its final
    no_input: int | None = None  # turns without input, in a row, until the call is given back
    alone: int = 25  # turns in a row without the caller, and without a prompt that was heard before
    waiting: float = 2.0  # of silence while an answer is due, until the caller is told so
    waiting_again: float = 8.0  # likewise, from then on
    barge_in: BargeIn = field(default_factory=BargeIn)


@dataclass(frozen=True, slots=True)
class Input:
    """What will be a turn."""

    kind: TurnKind
    text: str
    at: float
    confidence: float | None = None
    input: Mapping[str, Any] | None = None  # of the option that it chose
    raw: Mapping[str, Any] = field(default_factory=dict)
    collected: bool | None = None  # digits: whether as asked for
    sensitive: bool = False


OF_SILENCE = ("listening", "digits", "speech", "final")


@dataclass(slots=True)
class Timers:
    """`paused`: the caller cannot be heard, and those of his silence do not run."""

    paused: bool = False
    _at: dict[str, float] = field(default_factory=dict)

    def start(self, name: str, at: float) -> None:
        if not self._stands_still(name):
            self._at[name] = at

    def keep(self, name: str, on: bool, at: float) -> None:
        """Running if `on`, from when it was first seen to be."""
        if not on:
            self._at.pop(name, None)
        elif not self._stands_still(name):
            self._at.setdefault(name, at)

    def pause(self) -> None:
        """Those of his silence begin anew when he can be heard again: nobody has to answer in the rest of a
        time that began minutes ago."""
        self.paused = True
        self.stop(*OF_SILENCE)

    def _stands_still(self, name: str) -> bool:
        return self.paused and name in OF_SILENCE

    def running(self, name: str) -> bool:
        return name in self._at

    def deadline(self) -> float | None:
        return min(self._at.values(), default=None)

    def take_due(self, now: float) -> set[str]:
        due = {name for name, at in self._at.items() if at <= now}
        self._at = {name: at for name, at in self._at.items() if name not in due}
        return due

    def stop(self, *names: str) -> None:
        for name in names:
            self._at.pop(name, None)

    def clear(self) -> None:
        self._at.clear()


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


@dataclass(slots=True)
class Flight:
    """A turn that was sent and whose reply has not ended."""

    turn: Turn
    matched: bool = True
    muted: bool = False  # a barge-in: nothing more of this reply is heard
    abandoned: bool = False  # and no async handler of it is waited for
    reported: bool = False
    filled: bool = False  # the caller was told that it takes longer
    said: list[str] = field(default_factory=list)

    def report(self) -> TurnReport | None:
        """Once for each turn: when its reply is read, or its audio begins before."""
        if self.reported:
            return None
        self.reported = True
        disposition: Disposition = "match" if self.matched else "no_match"
        if self.turn.kind in ("no_input", "no_final"):
            disposition = "no_input"
        return TurnReport(disposition, " ".join(self.said), self.turn.confidence)
