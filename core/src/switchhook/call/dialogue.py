"""Who speaks when: a state machine without I/O or clock.

`handle(event, now)` returns the effects, to be performed before the next event; `deadline()` is when
`Time` is due at the latest. Semantics are those of IBM's phone integration.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from ..actions import Action, EndCall, HandOver, Offer, Play, Say, SetBargeIn, SetVariables
from ..assistant import Turn, TurnKind
from ..leg import Closed, Digit, Disposition, Gap, TurnReport
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
    Queue,
    ReplyBegan,
    ReplyEnded,
    SendTurn,
    Stopping,
    Tell,
    Time,
)
from .offers import chosen_by_key, chosen_by_voice

POST_RESPONSE_TIMEOUT_TEXT = "vgwPostResponseTimeout"


@dataclass(frozen=True, slots=True)
class Limits:
    """All in seconds."""

    max_call: float = 840.0
    post_response: float = 7.0  # from the heard end of a reply to a turn without input
    speech: float = 30.0  # from the last sign of speech until its final is given up
    reply: float = 15.0  # without progress of a reply until it is given up
    stopping: float = 10.0  # for what is being said when the server ends
    pending: int = 64  # turns that wait: keys pressed while a reply is read


@dataclass(frozen=True, slots=True)
class _Input:
    kind: TurnKind
    text: str
    input: Any = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class _Prompt:
    id: int
    speech: bool  # whether speech interrupts it
    digits: bool


@dataclass(slots=True)
class Dialogue:
    limits: Limits = field(default_factory=Limits)
    failure_text: str = ""
    outcome: End | None = None
    closed: Closed | None = None
    _now: float = 0.0
    _effects: list[Effect] = field(default_factory=list)
    _inputs: deque[_Input] = field(default_factory=deque)
    _prompts: deque[_Prompt] = field(default_factory=deque)
    _prompt_ids: int = 0
    _turns: int = 0
    _flight: Turn | None = None  # sent, its reply not ended
    _reported: bool = True  # the turn in flight was told to the transport
    _matched: bool = True
    _muted: bool = False  # a barge-in: nothing more of this reply is heard
    _abandoned: bool = False  # and no async handler of it is waited for
    _barged: bool = False  # for the next turn's flag
    _speech_interrupts: bool = True
    _digits_interrupt: bool = True
    _deaf: bool = False  # an utterance that began in a protected prompt is going on
    _speaking: bool = False
    _offer: Offer | None = None
    _ending: End | None = None  # waits until what was queued has been heard
    _failing: bool = False
    _timers: dict[str, float] = field(default_factory=dict)

    def handle(self, event: Event, now: float) -> list[Effect]:
        self._now, self._effects = now, []
        if self.closed is None:
            self._take(event)
            self._settle()
        return self._effects

    def deadline(self) -> float | None:
        return min(self._timers.values(), default=None)

    # --- events

    def _take(self, event: Event) -> None:  # noqa: C901, PLR0912  # one arm for each kind of event
        match event:
            case Closed():
                self._close(event)
            case _ if self.outcome is not None:
                pass  # the end was asked for; only Closed counts
            case Opened():
                self._timers["max_call"] = self._now + self.limits.max_call
                self._inputs.append(_Input("start", ""))
            case SpeechStarted():
                self._hear_voice()
            case Transcript():
                self._hear(event)
            case Digit():
                self._press(event.key)
            case PromptStarted() | Gap() | Faulted() | NotPerformed():
                pass
            case PromptFinished():
                self._finish_prompt(event)
            case ReplyBegan() | ActionDue() | ReplyEnded():
                self._read(event)
            case Failure():
                self._fail(f"{event.source}: {event.error}")
            case Stopping():
                self._stop(event)
            case Time():
                self._expire()
            case _:
                assert_never(event)

    def _hear_voice(self) -> None:
        if self._protected():
            self._deaf = True
        self._speaking = not self._deaf
        self._timers["speech"] = self._now + self.limits.speech

    def _hear(self, said: Transcript) -> None:
        if self._protected() or self._deaf:
            self._deaf = not said.final
            return
        if said.final:
            self._speaking = False
        elif said.text:
            self._hear_voice()
        if not said.text:
            return
        if self._prompts:
            self._barge_in()
        if said.final:
            choice = chosen_by_voice(self._offer, said.text)
            self._inputs.append(_Input("speech", said.text, choice, said.confidence))

    def _protected(self) -> bool:
        return bool(self._prompts) and not self._prompts[0].speech

    def _press(self, key: str) -> None:
        if self._prompts:
            if not self._prompts[0].digits:
                return
            self._barge_in()
        if len(self._inputs) < self.limits.pending:
            self._inputs.append(_Input("digits", key, chosen_by_key(self._offer, key)))

    def _barge_in(self) -> None:
        """Drops only what would be heard; the reply's other actions are still performed."""
        self._prompts.clear()
        self._effects.append(Flush())
        self._barged = True
        self._muted = self._flight is not None

    def _finish_prompt(self, event: PromptFinished) -> None:
        known = any(prompt.id == event.prompt for prompt in self._prompts)
        while known and self._prompts.popleft().id != event.prompt:
            pass
        if known and event.failed:
            self._fail(f"prompt: {event.failed}")

    # --- the reply

    def _read(self, event: ReplyBegan | ActionDue | ReplyEnded) -> None:
        if self._flight is None or event.turn != self._flight.number:
            return  # of a reply that was given up
        self._timers["reply"] = self._now + self.limits.reply
        match event:
            case ReplyBegan():
                self._matched = event.matched
            case ActionDue():
                self._perform(event.action)
            case ReplyEnded():
                self._report_turn("")
                self._flight = None
                if event.post_response_timeout is not None:
                    seconds = max(0.0, event.post_response_timeout)
                    self.limits = replace(self.limits, post_response=seconds)

    def _perform(self, action: Action) -> None:
        if self._ending is not None:
            return  # what follows the end of a program is not reached
        match action:
            case Say() | Play():
                if not self._muted:
                    self._report_turn(action.text if isinstance(action, Say) else "")
                    self._queue(action)
            case Offer():
                self._offer = action
            case SetBargeIn():
                self._speech_interrupts = _given(action.speech, self._speech_interrupts)
                self._digits_interrupt = _given(action.digits, self._digits_interrupt)
            case SetVariables():
                self._effects.append(MergeVariables(action.variables))
            case HandOver():
                self._ending = End("handed_over", "", action.variables)
            case EndCall():
                self._ending = End("completed")
            case _:
                assert_never(action)

    def _queue(self, content: Say | Play) -> None:
        self._prompt_ids += 1
        self._prompts.append(_Prompt(self._prompt_ids, self._speech_interrupts, self._digits_interrupt))
        self._effects.append(Queue(self._prompt_ids, content))

    def _report_turn(self, text: str) -> None:
        """Once for each turn, before its audio."""
        if self._flight is None or self._reported:
            return
        self._reported = True
        disposition: Disposition = "match" if self._matched else "no_match"
        if self._flight.kind == "no_input":
            disposition = "no_input"
        self._effects.append(Tell(TurnReport(disposition, text, self._flight.confidence)))

    # --- the end

    def _fail(self, reason: str) -> None:
        """Say so, then give the call back. When that fails too, give it back at once."""
        again, self._failing = self._failing, True
        self._inputs.clear()
        if self._flight is not None:
            self._flight = None
            self._effects.append(CancelReply())
        self._ending = self._ending or End("failed", reason)
        if again or not self.failure_text:
            self._drop_prompts()
        elif self._ending.outcome == "failed":
            self._speech_interrupts = self._digits_interrupt = False
            self._queue(Say(self.failure_text))

    def _drop_prompts(self) -> None:
        if self._prompts:
            self._prompts.clear()
            self._effects.append(Flush())

    def _stop(self, event: Stopping) -> None:
        self._ending = self._ending or End("stopped", "the server is stopping")
        if event.at_once:
            self._drop_prompts()
        elif "stopping" not in self._timers:
            self._timers["stopping"] = self._now + self.limits.stopping

    def _close(self, event: Closed) -> None:
        self.closed = event
        self._timers.clear()
        if self.outcome is None:
            self.outcome = End("hung_up" if event.reason in ("hung_up", "ended") else "lost", event.detail)

    # --- time

    def _expire(self) -> None:
        due = [name for name, at in self._timers.items() if at <= self._now]
        for name in due:
            del self._timers[name]
        if "max_call" in due or "stopping" in due:
            self._ending = self._ending or End("max_call", "the longest call is over")
            self._drop_prompts()
        if "speech" in due:
            self._speaking = self._deaf = False
        if "reply" in due:
            self._fail("assistant: no answer in time")
        if "listening" in due:
            self._inputs.append(_Input("no_input", POST_RESPONSE_TIMEOUT_TEXT))

    def _settle(self) -> None:
        """What follows from the state, whatever the event was."""
        if self.closed is not None or self.outcome is not None:
            return
        if self._ending is not None and not self._prompts and self._may_end(self._ending):
            self._end(self._ending)
            return
        if self._muted and self._inputs and not self._abandoned:
            self._abandoned = True
            self._effects.append(Abandon())
        if self._flight is None and self._ending is None and self._inputs:
            self._send(self._inputs.popleft())
        self._arm("reply", self._flight is not None, self.limits.reply)
        self._arm("speech", self._speaking or self._deaf, self.limits.speech)
        quiet = not (self._flight or self._prompts or self._speaking or self._ending) and self._turns > 0
        self._arm("listening", quiet, self.limits.post_response)

    def _may_end(self, ending: End) -> bool:
        """The assistant's own end waits for the rest of its reply: output variables come last."""
        return self._flight is None or ending.outcome not in ("completed", "handed_over")

    def _arm(self, name: str, on: bool, seconds: float) -> None:
        if not on:
            self._timers.pop(name, None)
        else:
            self._timers.setdefault(name, self._now + seconds)

    def _send(self, said: _Input) -> None:
        self._turns += 1
        flags = {
            "is_dtmf": said.kind == "digits",
            "barge_in_occurred": self._barged,
            "post_response_timeout_occurred": said.kind == "no_input",
        }
        self._flight = Turn(self._turns, said.kind, said.text, said.input, flags, confidence=said.confidence)
        self._barged = self._muted = self._abandoned = False
        self._reported, self._matched, self._offer = False, True, None
        self._effects.append(SendTurn(self._flight))

    def _end(self, end: End) -> None:
        if self._flight is not None:
            self._flight = None
            self._effects.append(CancelReply())
        self.outcome = end
        self._timers.clear()
        self._effects.append(end)


def _given(value: bool | None, before: bool) -> bool:
    return before if value is None else value
