"""The prompts of a dialogue that are queued and not heard to the end yet."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import assert_never

from ...contract.actions import ConfigureSynthesis, Play, Say, SetBargeIn
from .engine_parameters import EngineParameters
from .events import Effect, Flush, Queue, Speaks

AboutPrompts = Say | Play | SetBargeIn | ConfigureSynthesis
FILLER = 0  # stands for the turn of a prompt that belongs to no reply


@dataclass(frozen=True, slots=True)
class _Prompt:
    turn: int  # it belongs to the reply to this one
    speech: bool  # whether speech interrupts it
    digits: bool
    queued: Queue

    @property
    def may_be_missed(self) -> bool:
        """A file is passed over when it cannot be played."""
        return isinstance(self.queued.content, Play)


@dataclass(slots=True)
class PromptQueue:
    """What may interrupt a prompt, and how it is spoken, is settled when it is queued. `doubted`: the prompts
    were interrupted by speech that may turn out to be none, and begin again if it does."""

    spoken: Speaks = field(default_factory=lambda: Speaks(""))
    doubted: bool = False
    queue: deque[_Prompt] = field(default_factory=deque)
    yields: bool = True  # speech interrupts what is said from now on
    _ids: int = 0
    _digits: bool = True
    _voice: EngineParameters = field(default_factory=EngineParameters)
    _dropped: list[_Prompt] = field(default_factory=list)

    @property
    def turns(self) -> set[int]:
        """The turns whose replies are still to be heard."""
        return {prompt.turn for prompt in self.queue} - {FILLER}

    @property
    def loops(self) -> bool:
        """What plays will not end by itself."""
        first = self.queue[0].queued.content if self.queue else None
        return isinstance(first, Play) and first.loop

    def ignores_speech(self) -> bool:
        return bool(self.queue) and not self.queue[0].speech

    def ignores_digits(self) -> bool:
        return bool(self.queue) and not self.queue[0].digits

    # --- saying

    def perform(self, action: AboutPrompts, turn: int) -> list[Effect]:
        match action:
            case Say() | Play():
                return [*self._end_loop(turn), *self._add(action, turn, self.yields, self._digits)]
            case SetBargeIn():  # it counts for what is queued from now on
                self.yields = self.yields if action.speech is None else action.speech
                self._digits = self._digits if action.digits is None else action.digits
            case ConfigureSynthesis():
                self._voice.configure(action.parameters, action.strategy, turn)
            case _:
                assert_never(action)
        return []

    def change_language(self, spoken: Speaks) -> list[Effect]:
        """It counts for what is queued from now on."""
        self.spoken = spoken
        if "tts" in spoken.forgotten:
            self._voice.forget()
        return []

    def announce(self, text: str) -> list[Effect]:
        """The prompt belongs to no reply, and nothing may interrupt it."""
        return self._add(Say(text), FILLER, False, False) if text else []

    def fill(self) -> list[Effect]:
        """The prompt belongs to no reply, and all may interrupt it: the answer is still to be heard."""
        text = self.spoken.waiting_text
        return self._add(Say(text), FILLER, True, True) if text else []

    def keep_back(self, action: Say | Play, turn: int) -> None:
        """It is not queued: what may turn out to be no speech would interrupt it at once."""
        self._dropped.append(self._make(action, turn, self.yields, self._digits))

    def doubt(self) -> None:
        """What comes from now on is kept back."""
        self._dropped = self._dropped if self.doubted else []
        self.doubted = True

    def _add(self, content: Say | Play, turn: int, speech: bool, digits: bool) -> list[Effect]:
        made = self._make(content, turn, speech, digits)
        self.queue.append(made)
        return [made.queued]

    def _make(self, content: Say | Play, turn: int, speech: bool, digits: bool) -> _Prompt:
        self._ids += 1
        parameters = self._voice.use() if turn != FILLER else {}
        queued = Queue(self._ids, content, parameters, self.spoken.language)
        return _Prompt(turn, speech, digits, queued)

    def end_reply(self, turn: int) -> list[Effect]:
        self._voice.end_reply(turn)
        return self._end_loop(turn)

    def _end_loop(self, turn: int) -> list[Effect]:
        """A loop plays until the reply to the next turn has something to say, or ends."""
        return self.drop() if self.loops and self.queue[0].turn != turn else []

    # --- being heard

    def finish(self, prompt: int) -> _Prompt | None:
        """It and all before it are over. None: it was flushed."""
        if all(each.queued.prompt != prompt for each in self.queue):
            return None
        while (over := self.queue.popleft()).queued.prompt != prompt:
            pass
        return over

    def turn_of(self, prompt: int) -> int:
        """The turn whose reply it belongs to; FILLER where there is none, or it was flushed."""
        return next((each.turn for each in self.queue if each.queued.prompt == prompt), FILLER)

    def interrupt(self, *, doubted: bool) -> list[Effect]:
        """`doubted`: by what may turn out to be no speech."""
        self.doubted = doubted and (self.doubted or bool(self.turns))
        return self.drop()

    def believe(self) -> None:
        """It was really speech that interrupted the prompts."""
        self.doubted = False

    def restore(self) -> list[Effect]:
        """Queues again what was dropped last. The prompt that was interrupted begins anew."""
        first, self._ids = self._ids + 1, self._ids + len(self._dropped)
        again = [
            replace(each, queued=replace(each.queued, prompt=number))
            for number, each in enumerate(self._dropped, first)
        ]
        self.queue += again
        self._dropped, self.doubted = [], False
        return [each.queued for each in again]

    def drop(self) -> list[Effect]:
        if not self.queue:
            return []  # what was dropped before may still begin again
        self._dropped = list(self.queue)
        self.queue.clear()
        return [Flush()]
