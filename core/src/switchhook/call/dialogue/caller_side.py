"""The caller's side of a dialogue: what is said and keyed, until it is a turn. No clock, no effects."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from ...contract.actions import CollectDigits, Offer
from ...contract.speech import Transcript
from .barge_in import BargeIn
from .flight import Input
from .keypad import Collected, Keypad
from .offers import chosen_by_key, chosen_by_voice


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
    _deaf: bool = False  # an utterance goes on that is not taken
    _offer: Offer | None = None
    _inputs: deque[Input] = field(default_factory=deque)

    def __bool__(self) -> bool:
        """Whether something waits to be a turn."""
        return bool(self._inputs)

    @property
    def uttering(self) -> bool:
        """Voice was heard, and its final is still to come."""
        return self.speaking or self._deaf

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
        self._deaf = self._deaf or (self._is_shut(protected) and not self.speaking)
        self.speaking = not self._deaf
        return Heard.INTERRUPTION if self.speaking and self.policy.voice else Heard.NOTHING

    def hear(self, said: Transcript, now: float, *, protected: bool, playing: bool) -> Heard:
        """`playing`: a prompt, or one that would go on if this were nothing."""
        if not self.speech:
            return Heard.NOTHING
        # what began before a protected prompt is heard to its end, what began in one is not
        if self._deaf or (self._is_shut(protected) and not self.speaking):
            self._deaf = not said.final
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

    def give_up_utterance(self) -> None:
        self.speaking = self._deaf = False

    def _is_shut(self, protected: bool) -> bool:
        return protected or self.keypad.ignores_speech

    # --- Asking

    def listen(self, speech: bool | None, digits: bool | None) -> None:
        self.digits = self.digits if digits is None else digits
        if speech is not None and speech != self.speech:
            self.speech = speech
            self.give_up_utterance()

    def offer(self, offer: Offer) -> None:
        self._offer = offer

    def collect(self, asked: CollectDigits) -> None:
        self.keypad.arm(asked)

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
            return said
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

    def chosen(self, said: Input) -> Input:
        """With the option that it chooses, if one is offered and that is it. Then what was asked for is over;
        who said nothing may still choose, or key a number."""
        if said.kind not in ("speech", "digits"):
            return said
        offer, self._offer = self._offer, None
        self.keypad.clear()
        if said.kind == "speech":
            return replace(said, input=chosen_by_voice(offer, said.text))
        return replace(said, input=chosen_by_key(offer, said.text))
