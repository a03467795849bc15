"""The caller's side of a dialogue: what is said and keyed, until it is a turn. No clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import assert_never

from ...contract.actions import (
    CollectDigits,
    ConfigureRecognition,
    Offer,
    SetBargeIn,
    SetCallerAudio,
    SetLanguage,
    SetListening,
)
from ...contract.speech import Transcript
from .barge_in import BargeIn
from .events import Effect, GoOnIn, Listen, Speaks, TakeCallerAudio
from .flight import Input
from .keypad import Collected, Keypad
from .offers import chosen_by_key, chosen_by_voice
from .parameters import Parameters

AboutCaller = (
    Offer | CollectDigits | SetBargeIn | SetListening | SetCallerAudio | ConfigureRecognition | SetLanguage
)


class Heard(Enum):
    """What a transcript means for the prompt that plays."""

    NOTHING = auto()
    INTERRUPTION = auto()
    FALSE_ALARM = auto()  # what seemed to be speech was none, or is not believed


@dataclass(slots=True)
class CallerSide:
    """`speech`, `digits`: whether they are taken at all. `pending`: how many inputs may wait."""

    policy: BargeIn
    pending: int
    speech: bool = True
    digits: bool = True
    speaking: bool = False
    keypad: Keypad = field(default_factory=Keypad)
    deaf: bool = False  # an utterance goes on that is not taken
    _offer: Offer | None = None
    _recognition: Parameters = field(default_factory=Parameters)
    _inputs: deque[Input] = field(default_factory=deque)

    def __bool__(self) -> bool:
        """Whether something waits to be a turn."""
        return bool(self._inputs)

    # --- Taking

    def put(self, said: Input, *, first: bool = False) -> None:
        if first:
            self._inputs.appendleft(said)
        elif len(self._inputs) < self.pending:
            self._inputs.append(said)

    def clear(self) -> None:
        self._inputs.clear()

    def voice(self, protected: bool) -> Heard:
        """Voice was detected; `protected`: a prompt plays that speech does not interrupt."""
        if not self.speech:
            return Heard.NOTHING
        self.deaf = self.deaf or (self._is_shut(protected) and not self.speaking)
        self.speaking = not self.deaf
        return Heard.INTERRUPTION if self.speaking and self.policy.voice else Heard.NOTHING

    def hear(self, said: Transcript, now: float, *, protected: bool, playing: bool) -> Heard:
        """`playing`: a prompt, or one that would go on if this were nothing."""
        if not self.speech:
            return Heard.NOTHING
        # what began before a protected prompt is heard to its end, what began in one is not
        if self.deaf or (self._is_shut(protected) and not self.speaking):
            self.deaf = not said.final
            return Heard.NOTHING
        if not said.final:
            self.speaking = self.speaking or bool(said.text)
        else:
            self.speaking = False
            if not said.text or self.policy.is_doubtful(said):
                return Heard.FALSE_ALARM
            if playing and self.policy.is_aside(said):
                return Heard.FALSE_ALARM
            self.put(Input("speech", said.text, now, said.confidence, raw=said.raw))
        return Heard.INTERRUPTION if not protected and self.policy.interrupts(said) else Heard.NOTHING

    def press(self, key: str, now: float, *, protected: bool) -> bool:
        """Whether the key is taken."""
        if self.digits and not protected:
            self.put(Input("digits", key, now))
            return True
        return False

    def give_up_utterance(self) -> None:
        self.speaking = self.deaf = False

    def _is_shut(self, protected: bool) -> bool:
        return protected or self.keypad.ignores_speech

    # --- Being asked

    def perform(self, action: AboutCaller, turn: int) -> list[Effect]:
        match action:
            case Offer():
                self._offer = action
            case CollectDigits():
                self.keypad.arm(action)
            case SetBargeIn():
                self._doubt(action)
            case SetListening():
                return self._listen(action)
            case SetCallerAudio():
                return [TakeCallerAudio(action.on)]
            case ConfigureRecognition():
                self._recognition.configure(action.parameters, action.strategy, turn)
                return self._recognise()
            case SetLanguage():
                return [GoOnIn(action.language)]
            case _:
                assert_never(action)
        return []

    def _listen(self, asked: SetListening) -> list[Effect]:
        self.digits = self.digits if asked.digits is None else asked.digits
        if asked.speech is None:
            return []
        if asked.speech != self.speech:
            self.speech = asked.speech
            self.give_up_utterance()
        return self._recognise()

    def change_language(self, spoken: Speaks) -> list[Effect]:
        if "stt" in spoken.forgotten:
            self._recognition.forget()
        return self._recognise()

    def begin_turn(self, turn: int) -> list[Effect]:
        """How the one before was heard is over."""
        return self._recognise() if self._recognition.end_turn(turn) else []

    def _recognise(self) -> list[Effect]:
        return [Listen(self._recognition.current if self.speech else None)]

    def _doubt(self, asked: SetBargeIn) -> None:
        sure = self.policy.confidence if asked.confidence is None else asked.confidence
        resume = self.policy.resume if asked.resume is None else asked.resume
        self.policy = replace(self.policy, confidence=sure, resume=resume)

    # --- Giving

    def next(self) -> Input | None:
        """The next turn, out of what waits. None: nothing, or keys of a number that is not complete."""
        while self._inputs:
            said = self._inputs.popleft()
            if said.kind == "digits" and said.collected is None and self.keypad.asked is not None:
                collected = self.keypad.press(said.text)
                if collected is None:
                    continue
                said = self._collected(collected, said.at)
            return self._chosen(said)
        return None

    def expire(self, now: float) -> Input | None:
        """The time for more digits is over: what there is of them."""
        collected = self.keypad.expire()
        return self._collected(collected, now) if collected else None

    def _collected(self, collected: Collected, at: float) -> Input:
        asked = self.keypad.asked
        if asked is not None and asked.stop_after:
            self.digits = False
        hidden = asked is not None and asked.sensitive
        return Input("digits", collected.digits, at, collected=collected.succeeded, sensitive=hidden)

    def _chosen(self, said: Input) -> Input:
        """With the option that it chooses, if one is offered and that is it. Then what was asked for is over;
        who said nothing may still choose, or key a number."""
        if said.kind not in ("speech", "digits"):
            return said
        offer, self._offer = self._offer, None
        self.keypad.clear()
        if offer is None:
            return said
        if said.kind == "speech":
            return replace(said, input=chosen_by_voice(offer, said.text))
        return replace(said, input=chosen_by_key(offer, said.text))
