"""Who speaks when: a state machine without I/O or clock.

`handle(event, now)` returns the effects, to be performed before the next event; `deadline()` is when
`Time` is due at the latest. Semantics are those of IBM's phone integration.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import assert_never

from ..actions import (
    Action,
    EndCall,
    HandOver,
    Offer,
    Play,
    Say,
    SetBargeIn,
    SetCallerAudio,
    SetVariables,
)
from ..assistant import Turn
from ..leg import Closed, Digit, Gap, LanguageChanged
from ..speech import SpeechStarted, Transcript
from .events import (
    Abandon,
    ActionDue,
    CancelReply,
    Effect,
    End,
    Event,
    Failure,
    Faulted,
    Flush,
    MergeVariables,
    NotPerformed,
    Opened,
    PromptFinished,
    PromptStarted,
    ReplyBegan,
    ReplyEnded,
    SendTurn,
    Stopping,
    TakeCallerAudio,
    Tell,
    Time,
)
from .offers import chosen_by_key, chosen_by_voice
from .state import Flight, Input, Limits, Prompting, Timers

POST_RESPONSE_TIMEOUT_TEXT = "vgwPostResponseTimeout"


@dataclass(slots=True)
class Dialogue:
    limits: Limits = field(default_factory=Limits)
    failure_text: str = ""
    outcome: End | None = None
    closed: Closed | None = None
    _now: float = 0.0
    _effects: list[Effect] = field(default_factory=list)
    _timers: Timers = field(default_factory=Timers)
    _inputs: deque[Input] = field(default_factory=deque)
    _prompts: Prompting = field(default_factory=Prompting)
    _flight: Flight | None = None
    _turns: int = 0
    _barged: bool = False  # for the next turn's flag
    _speaking: bool = False
    _deaf: bool = False  # an utterance that began in a protected prompt is going on
    _offer: Offer | None = None
    _ending: End | None = None  # waits until what was queued has been heard

    def handle(self, event: Event, now: float) -> list[Effect]:
        self._now, self._effects = now, []
        if isinstance(event, Closed):
            self._close(event)
        elif self.outcome is None:  # else the end was asked for, and only Closed counts
            self._take(event)
            self._settle()
        return self._effects

    def deadline(self) -> float | None:
        return self._timers.deadline()

    def _take(self, event: Event) -> None:  # noqa: C901, PLR0912  # one arm for each kind of event
        match event:
            case Opened():
                self._timers.start("max_call", self._now + self.limits.max_call)
                self._inputs.append(Input("start", "", self._now))
            case SpeechStarted():
                self._hear_voice()
            case Transcript():
                self._hear(event)
            case Digit():
                self._press(event.key)
            case PromptFinished():
                if self._prompts.finish(event.prompt) and event.failed:
                    self._fail("prompt", event.failed)
            case ReplyBegan() | ActionDue() | ReplyEnded():
                self._read(event)
            case Failure():
                self._fail(event.source, event.error)
            case Stopping():
                self._stop(event)
            case Time():
                self._expire()
            case Faulted() | NotPerformed():
                self._timers.start("reply", self._now + self.limits.reply)  # the reply goes on after it
            case PromptStarted():
                if self._flight and self._prompts.begins_of(event.prompt, self._flight.turn.number):
                    self._report(self._flight)
            case Gap() | LanguageChanged() | Closed():
                pass
            case _:
                assert_never(event)

    # --- the caller

    def _hear_voice(self) -> None:
        self._deaf = self._deaf or (self._prompts.ignores_speech() and not self._speaking)
        self._speaking = not self._deaf
        self._timers.start("speech", self._now + self.limits.speech)

    def _hear(self, said: Transcript) -> None:
        # what began before a protected prompt is heard to its end, what began in one is not
        if self._deaf or (self._prompts.ignores_speech() and not self._speaking):
            self._deaf = not said.final
            return
        if said.final:
            self._speaking = False
        elif said.text:
            self._hear_voice()
        if said.text and not self._prompts.ignores_speech():
            self._barge_in()
        if said.text and said.final:
            choice = chosen_by_voice(self._offer, said.text)
            self._accept(Input("speech", said.text, self._now, choice, said.confidence))

    def _press(self, key: str) -> None:
        if self._prompts.ignores_digits():
            return
        self._barge_in()
        self._accept(Input("digits", key, self._now, chosen_by_key(self._offer, key)))

    def _accept(self, said: Input) -> None:
        if len(self._inputs) < self.limits.pending:
            self._inputs.append(said)

    def _barge_in(self) -> None:
        """Drops only what would be heard, of the reply that plays; its other actions are still performed."""
        if turns := self._drop_prompts():
            self._barged = True
            if self._flight is not None and self._flight.turn.number in turns:
                self._flight.muted = True

    def _drop_prompts(self) -> set[int]:
        """The turns they were of."""
        turns = self._prompts.clear()
        if turns:
            self._effects.append(Flush())
        return turns

    # --- the reply

    def _read(self, event: ReplyBegan | ActionDue | ReplyEnded) -> None:
        flight = self._flight
        if flight is None or event.turn != flight.turn.number:
            return  # of a reply that was given up
        self._timers.start("reply", self._now + self.limits.reply)
        match event:
            case ReplyBegan():
                flight.matched = event.matched
            case ActionDue():
                if self._ending is None:  # what follows the end of a program is not reached
                    self._perform(event.action, flight)
            case ReplyEnded():
                self._report(flight)
                self._flight = None
                if event.post_response_timeout is not None:
                    self.limits = replace(self.limits, post_response=max(0.0, event.post_response_timeout))

    def _perform(self, action: Action, flight: Flight) -> None:
        match action:
            case Say() | Play():
                if not flight.muted:
                    flight.said += [action.text] if isinstance(action, Say) else []
                    self._effects.append(self._prompts.queue(action, flight.turn.number))
            case Offer():
                self._offer = action
            case SetBargeIn():
                self._prompts.switch(action)
            case SetCallerAudio():
                self._effects.append(TakeCallerAudio(action.on))
            case SetVariables():
                self._effects.append(MergeVariables(action.variables))
            case HandOver():
                self._ending = End("handed_over", "", action.variables)
            case EndCall():
                self._ending = End("completed")
            case _:
                assert_never(action)

    def _report(self, flight: Flight) -> None:
        if report := flight.report():
            self._effects.append(Tell(report))

    # --- the end

    def _fail(self, source: str, error: str) -> None:
        """Say so, then give the call back. When that cannot be said either, give it back at once."""
        if self._ending is None:
            self._inputs.clear()
            self._cancel_reply()
            self._ending = End("failed", f"{source}: {error}")
            if self.failure_text:
                self._effects.append(self._prompts.queue(Say(self.failure_text), 0))
        elif source == "assistant":
            self._cancel_reply()  # nothing more of it will come
        elif source == "prompt" and self._ending.outcome == "failed":
            self._drop_prompts()

    def _stop(self, event: Stopping) -> None:
        self._ending = self._ending or End("stopped", "the server is stopping")
        if event.at_once:
            self._cut_off()
        elif not self._timers.running("stopping"):
            self._timers.start("stopping", self._now + self.limits.stopping)

    def _cut_off(self) -> None:
        self._drop_prompts()
        self._cancel_reply()

    def _cancel_reply(self) -> None:
        if self._flight is not None:
            self._flight = None
            self._effects.append(CancelReply())

    def _close(self, event: Closed) -> None:
        self.closed = self.closed or event
        self._timers.clear()
        if self.outcome is None:
            self.outcome = End("hung_up" if event.reason in ("hung_up", "ended") else "lost", event.detail)

    # --- time

    def _expire(self) -> None:
        due = self._timers.take_due(self._now)
        if "max_call" in due or "stopping" in due:
            self._ending = self._ending or End("max_call", "the longest call is over")
            self._cut_off()
        if "speech" in due:
            self._speaking = self._deaf = False
        if "reply" in due:
            self._fail("assistant", "no answer in time")
        if "listening" in due:
            self._inputs.append(Input("no_input", POST_RESPONSE_TIMEOUT_TEXT, self._now))

    def _settle(self) -> None:
        """What follows from the state, whatever the event was."""
        if self._ending is not None and not self._prompts and self._may_end(self._ending):
            self._cancel_reply()
            self.outcome = self._ending
            self._timers.clear()
            self._effects.append(self._ending)
            return
        if self._flight is not None and self._flight.muted and self._inputs and not self._flight.abandoned:
            self._flight.abandoned = True
            self._effects.append(Abandon())
        if self._flight is None and self._ending is None and self._inputs:
            self._send(self._inputs.popleft())
        quiet = not (self._flight or self._prompts or self._speaking or self._ending) and self._turns > 0
        self._timers.keep("reply", self._flight is not None, self._now + self.limits.reply)
        self._timers.keep("speech", self._speaking or self._deaf, self._now + self.limits.speech)
        self._timers.keep("listening", quiet, self._now + self.limits.post_response)

    def _may_end(self, ending: End) -> bool:
        """The assistant's own end waits for the rest of its reply: output variables come last."""
        return self._flight is None or ending.outcome not in ("completed", "handed_over")

    def _send(self, said: Input) -> None:
        self._turns += 1
        flags = {
            "is_dtmf": said.kind == "digits",
            "barge_in_occurred": self._barged,
            "post_response_timeout_occurred": said.kind == "no_input",
        }
        turn = Turn(self._turns, said.kind, said.text, said.input, flags, confidence=said.confidence)
        self._flight, self._barged, self._offer = Flight(turn), False, None
        self._effects.append(SendTurn(turn, said.at))
