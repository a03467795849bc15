"""Writes the call record while the call goes on, from the dialogue's events and effects alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..actions import Say
from ..leg import Closed, Digit, Gap, LegInfo
from ..masking import Mask
from ..records import CallRecord, TurnRecord, utc_now
from ..speech import Transcript
from .events import (
    ActionDue,
    Effect,
    End,
    Event,
    Failure,
    Faulted,
    Flush,
    NotPerformed,
    PromptFinished,
    PromptStarted,
    Queue,
    ReplyBegan,
    SendTurn,
)

MOST_FAULTS = 100  # in one record


class Notes:
    """Times are seconds since the call began. `heard` tells how much of the prompt that plays was heard."""

    def __init__(self, info: LegInfo, language: str, mask: Mask, measure: Callable[..., None]) -> None:
        self._mask, self._measure = mask, measure
        self.record = CallRecord(
            id=info.id,
            connector=info.connector,
            started=utc_now(),
            conversation_id=info.conversation_id,
            correlation_id=info.correlation_id,
            organization_id=info.organization_id,
            api_version=info.api_version,
            language=language,
            ani=mask.number(info.ani),
            dnis=mask.number(info.dnis),
            input_variables=mask.variables(info.variables),
        )
        self._spoke: float | None = None  # when the caller's input ended
        self._recognition: float | None = None
        self._barge_in: dict[str, float] | None = None
        self._queued: float | None = None  # when the turn's first prompt was queued
        self._first_prompt: int | None = None

    @property
    def _turn(self) -> TurnRecord | None:
        return self.record.turns[-1] if self.record.turns else None

    def event(self, event: Event, at: float, fed: float) -> None:  # noqa: C901  # one arm for each kind
        """`fed`: seconds of caller audio received until now."""
        match event:
            case Transcript(final=True) if event.text:
                self._recognition = max(0.0, fed - event.end)
                self._spoke = at - self._recognition
                self._measure("recognition_seconds", self._recognition)
            case Digit():
                self._spoke, self._recognition = at, None
            case Gap():
                self.record.gaps += event.length
            case ReplyBegan() if self._turn:
                self._latency("assistant", at - self._turn.at)
            case ActionDue():
                self._response(event)
            case NotPerformed():
                unmet = {"turn": event.turn, "type": event.response_type, "problem": event.problem}
                self.record.not_performed.append(unmet)
            case PromptStarted() if event.prompt == self._first_prompt:
                self._first_sound(at)
            case PromptFinished(failed=str(why)) if why:
                self.fault("prompt", "synthesis", why, at)
            case Faulted():
                self.fault(event.source, event.hook, event.error, at)
            case Failure():
                self.fault(event.source, "engine", event.error, at)
            case Closed():
                self.record.closed = f"{event.reason}: {event.detail}" if event.detail else event.reason
            case _:
                pass

    def effect(self, effect: Effect, at: float, heard: float) -> None:
        match effect:
            case SendTurn():
                self._begin_turn(effect, at)
            case Flush():
                self._barge_in = {"at": round(at, 3), "heard": round(heard, 3)}
            case Queue() if self._turn:
                if self._queued is None:
                    self._queued, self._first_prompt = at, effect.prompt
                if isinstance(effect.content, Say):
                    self._turn.said.append(self._mask.words(effect.content.text))
            case End():
                self.record.outcome, self.record.reason = effect.outcome, effect.reason
            case _:
                pass

    def fault(self, source: str, hook: str, error: str, at: float) -> None:
        if len(self.record.faults) < MOST_FAULTS:
            self.record.faults.append({"source": source, "hook": hook, "error": error, "at": round(at, 3)})

    def _begin_turn(self, effect: SendTurn, at: float) -> None:
        turn = effect.turn
        keyed = turn.kind == "digits"
        text = self._mask.digits(turn.text) if keyed else self._mask.words(turn.text)
        if turn.kind == "no_input":
            text, self._spoke = turn.text, None
        noted = TurnRecord(turn.number, turn.kind, round(at, 3), text, turn.confidence, self._barge_in)
        self.record.turns.append(noted)
        self._barge_in, self._queued, self._first_prompt = None, None, None
        if self._recognition is not None:
            self._latency("recognition", self._recognition)
            self._recognition = None

    def _response(self, event: ActionDue) -> None:
        if turn := self._turn:
            done: dict[str, Any] = {
                "response": event.response,
                "action": type(event.action).__name__,
                "plugin": event.plugin,
            }
            turn.actions.append(done)

    def _first_sound(self, at: float) -> None:
        if self._queued is not None:
            self._latency("synthesis", at - self._queued)
        if self._spoke is not None:
            self._latency("total", at - self._spoke)
            self._measure("turn_seconds", at - self._spoke)
            self._spoke = None

    def _latency(self, stage: str, seconds: float) -> None:
        if turn := self._turn:
            turn.latency[stage] = round(seconds, 3)

    def slowest(self) -> str:
        """The stage that cost most in this call, for the log."""
        stages = [(s, name) for t in self.record.turns for name, s in t.latency.items() if name != "total"]
        seconds, name = max(stages, default=(0.0, "none"))
        return f"{name} {seconds:.2f} s"
