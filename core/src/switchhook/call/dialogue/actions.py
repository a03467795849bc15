"""What the actions of a reply do, but for those that end the call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from ...contract.actions import (
    Action,
    Annotate,
    CollectDigits,
    ConfigureRecognition,
    ConfigureSynthesis,
    EndCall,
    ForceTurn,
    HandOver,
    Offer,
    Play,
    Remark,
    Say,
    SetBargeIn,
    SetCallerAudio,
    SetListening,
    SetVariables,
)
from .caller_side import CallerSide
from .events import Effect, Flush, Listen, MergeVariables, TakeCallerAudio
from .flight import Flight
from .parameters import Parameters
from .prompting import Prompting
from .turns import Turns


@dataclass(slots=True)
class Program:
    """Shares with the dialogue what it changes. Every method returns effects."""

    caller: CallerSide
    prompts: Prompting
    turns: Turns
    _recognition: Parameters = field(default_factory=Parameters)
    _voice: Parameters = field(default_factory=Parameters)

    def perform(self, action: Action, flight: Flight) -> list[Effect]:  # noqa: C901  # one arm for each kind
        turn = flight.turn.number
        match action:
            case Say() | Play():
                return self._queue(action, flight)
            case Offer():
                self.caller.offer(action)
            case CollectDigits():
                self.caller.collect(action)
            case SetBargeIn():
                self.prompts.switch(action)
                self._doubt(action)
            case SetListening():
                self.caller.listen(action.speech, action.digits)
                return self._listen() if action.speech is not None else []
            case SetCallerAudio():
                return [TakeCallerAudio(action.on)]
            case ConfigureRecognition():
                self._recognition.configure(action.parameters, action.strategy, turn)
                return self._listen()
            case ConfigureSynthesis():
                self._voice.configure(action.parameters, action.strategy, turn)
            case ForceTurn():
                self.turns.forced = action.text
            case SetVariables():
                return [MergeVariables(action.variables)]
            case Remark() | Annotate() | HandOver() | EndCall():
                pass  # the record has it, or the dialogue does it
            case _:
                assert_never(action)
        return []

    def begin_turn(self, turn: int) -> list[Effect]:
        return self._listen() if self._recognition.end_turn(turn) else []

    def end_reply(self, turn: int) -> list[Effect]:
        self._voice.end_reply(turn)
        return self._end_loop(turn)

    def _queue(self, action: Say | Play, flight: Flight) -> list[Effect]:
        if flight.muted:
            return []
        turn = flight.turn.number
        ended = self._end_loop(turn)
        if isinstance(action, Say):
            flight.said.append(action.text)
        return [*ended, self.prompts.queue(action, turn, self._voice.use())]

    def _end_loop(self, turn: int) -> list[Effect]:
        """What plays again and again plays until the reply to the next turn has something to say, or ends."""
        if not self.prompts.loops or self.prompts.turn == turn:
            return []
        self.prompts.clear()
        return [Flush()]

    def _doubt(self, asked: SetBargeIn) -> None:
        policy = self.caller.policy
        sure = policy.confidence if asked.confidence is None else asked.confidence
        resume = policy.resume if asked.resume is None else asked.resume
        self.caller.policy = replace(policy, confidence=sure, resume=resume)

    def _listen(self) -> list[Effect]:
        return [Listen(self._recognition.current if self.caller.speech else None)]
