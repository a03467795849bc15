"""The caller's side of a dialogue: what is said and keyed, until it is a turn. No clock."""

from __future__ import annotations

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
from .barge_in import BargeIn, Weight
from .engine_parameters import EngineParameters
from .events import Effect, GoOnIn, Listen, Speaks, TakeCallerAudio
from .flight import Input
from .keypad import Collected, Keypad
from .offers import Lists
from .utterance import Utterance
from .waiting import Waiting

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
    """`speech`, `digits`: whether they are taken at all. `inputs`: what waits to be a turn. `asked`: what was
    asked and is not heard yet."""

    policy: BargeIn
    utterance: Utterance
    inputs: Waiting
    lists: Lists
    speech: bool = True
    digits: bool = True
    keypad: Keypad = field(default_factory=Keypad)
    asked: list[Offer | CollectDigits] = field(default_factory=list)  # the caller has not heard it yet
    _asked_in: int = 0  # of which turn's reply
    _private: bool = False  # an utterance goes on that began while what is said is sensitive
    _answering: bool = False  # what was sensitive is answered, and the answer was not heard yet
    _heard: bool = False  # a prompt since then
    _recognition: EngineParameters = field(default_factory=EngineParameters)

    # --- Taking

    def voice(self, at: float, *, protected: bool) -> Heard:
        """Voice was detected, `at` in seconds of audio; `protected`: a prompt plays that speech does not
        interrupt."""
        if not self.speech:
            return Heard.NOTHING
        self._private = self.sensitive
        self.utterance.voice(at, self.lists.current(), shut=protected or self.keypad.ignores_speech)
        return Heard.INTERRUPTION if self.utterance.speaking and self.policy.voice else Heard.NOTHING

    def hear(self, said: Transcript, now: float, *, protected: bool, playing: bool) -> Heard:
        """`playing`: a prompt plays, or would go on if this were no speech, or a reply is due."""
        if not self.speech:
            return Heard.NOTHING
        private = self.sensitive
        self._private = private and not said.final
        # what began before a protected prompt is heard to its end, what began in one is not
        if self.utterance.is_deaf(said, shut=protected or self.keypad.ignores_speech):
            return Heard.NOTHING
        began = now - max(0.0, said.end - said.start)
        stood = self.utterance.stood or (self.lists.current() if began == now else self.lists.at(began))
        repeats = self.lists.repeats(said.text, stood, final=said.final)
        weight = self.policy.weigh(said)
        interrupts = weight is Weight.ENOUGH and not repeats
        self.utterance.hear(said, stood, meant=interrupts, repeats=repeats)
        self._private = private and (not said.final or self.utterance.speaking)
        if said.final:
            aside = playing and weight is Weight.ASIDE
            if weight in (Weight.LITTLE, Weight.DOUBTFUL) or aside or repeats:
                return Heard.FALSE_ALARM
            sure, raw = said.confidence, said.raw
            self.inputs.say(Input("speech", said.text, now, sure, raw=raw, sensitive=private, stood=stood))
        return Heard.INTERRUPTION if not protected and interrupts else Heard.NOTHING

    def press(self, key: str, now: float, *, protected: bool) -> bool:
        """Whether the key is taken."""
        if not self.digits or protected or self._trails(key, now):
            return False
        self.inputs.put(Input("digits", key, now, sensitive=self.sensitive))
        return True

    def _trails(self, key: str, at: float) -> bool:
        asked = self.keypad.asked is not None or bool(self.asked)
        return not asked and not self.inputs.queue and self.lists.trails(key, at)

    def follow(self, *, heard: bool, busy: bool) -> None:
        """`heard`: a prompt was heard to its end; `busy`: more of an answer is due. When all of it was heard,
        what is said from now on answers something else."""
        self._heard = self._heard or heard
        self._answering = self._answering and (busy or not self._heard)

    # --- Being asked

    def perform(self, action: AboutCaller, turn: int) -> list[Effect]:
        match action:
            case Offer() | CollectDigits():  # `arm` comes when it is heard
                self.asked = [*(self.asked if turn == self._asked_in else []), action]
                self._asked_in = turn
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

    def arm(self, turn: int, now: float) -> None:
        """What was asked in the reply to `turn`, or before, stands from now on."""
        if self._asked_in > turn:
            return
        asked, self.asked = self.asked, []
        for each in asked:
            if isinstance(each, Offer):
                self.lists.stand(each, now)
            else:
                self.keypad.arm(each)

    @property
    def sensitive(self) -> bool:
        """Whether what is said or keyed now must not be shown anywhere: a number is asked for in confidence,
        or more of it may come while it is answered."""
        if self._private or self._answering:
            return True
        numbers = [each for each in (self.keypad.asked, *self.asked) if isinstance(each, CollectDigits)]
        return any(each.sensitive for each in numbers)

    def _listen(self, asked: SetListening) -> list[Effect]:
        self.digits = self.digits if asked.digits is None else asked.digits
        if asked.speech is None:
            return []
        if asked.speech != self.speech:
            self.speech = asked.speech
            self.utterance.give_up()
        return self._recognise()

    def change_language(self, spoken: Speaks) -> list[Effect]:
        if "stt" in spoken.forgotten:
            self._recognition.forget()
        return self._recognise()

    def begin_turn(self, turn: int) -> list[Effect]:
        """Parameters of recognition that were set for the turn before are dropped."""
        return self._recognise() if self._recognition.end_turn(turn) else []

    def _recognise(self) -> list[Effect]:
        return [Listen(self._recognition.current if self.speech else None)]

    def _doubt(self, asked: SetBargeIn) -> None:
        sure = self.policy.confidence if asked.confidence is None else asked.confidence
        resume = self.policy.resume if asked.resume is None else asked.resume
        self.policy = replace(self.policy, confidence=sure, resume=resume)

    # --- Giving

    def next(self, now: float) -> Input | None:
        """The next turn, out of what waits. None: nothing, or keys of a number that is not complete."""
        while (said := self.inputs.take()) is not None:
            if said.kind == "digits":
                if not self.inputs.spoken:  # else nobody has heard what was asked
                    self.arm(self._asked_in, now)
                chosen = self._keyed(said, now)
            elif self.lists.keys:  # they were pressed before
                self.inputs.put(said, first=True)
                chosen = self.choose(now)
            elif said.kind == "speech":
                self.asked = []  # the caller has spoken past it
                chosen = replace(said, input=self.lists.choose_by_voice(said.text, said.stood, now))
                self.keypad.clear()
            else:
                chosen = said
            if chosen is not None:
                self._answering, self._heard = chosen.sensitive, False
                return chosen
        late = self.lists.keys and now >= self.lists.until
        return self.choose(now) if late else None

    def _keyed(self, said: Input, now: float) -> Input | None:
        if said.collected is not None:
            return self._by_keys(said, now)
        if self.keypad.asked is not None:
            collected = self.keypad.press(said.text)
            return None if collected is None else self._by_keys(self._collected(collected, said.at), now)
        if self.lists.trails(said.text, said.at):
            return None
        if self.lists.keys and not self.lists.goes_on(said.text, said.at):
            self.inputs.put(said, first=True)
            return self.choose(now)
        keys = self.lists.press(said.text, said.at)
        return None if keys is None else self._by_keys(replace(said, text=keys), now)

    def choose(self, now: float) -> Input:
        """The time for more keys of the list is over: those that were pressed are the input."""
        return self._by_keys(Input("digits", self.lists.keys, self.lists.since), now)

    def expire(self, now: float) -> Input | None:
        """The time for more digits is over: those that came are the input, if any did."""
        collected = self.keypad.expire()
        return self._collected(collected, now) if collected else None

    def _collected(self, collected: Collected, at: float) -> Input:
        asked = self.keypad.asked
        if asked is not None and asked.stop_after:
            self.digits = False
        hidden = asked is not None and asked.sensitive
        return Input("digits", collected.digits, at, collected=collected.succeeded, sensitive=hidden)

    def _by_keys(self, said: Input, now: float) -> Input:
        """The same input, with the option that its keys choose from the list, if any. The list and the
        collection of digits are over then."""
        chosen = replace(said, input=self.lists.choose_by_keys(said.text, said.at, now))
        self.keypad.clear()
        self.inputs.forget(lambda each: self.lists.repeats(each.text, each.stood, final=True))
        return chosen
