"""Writes the call record while the call goes on, from the dialogue's events and effects alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...contract.actions import Annotate, EndCall, HandOver, Remark, Say
from ...contract.assistant import Turn
from ...contract.languages import shown
from ...contract.leg import Closed, Digit, Gap, LanguageChanged, LegInfo, Paused, Resumed
from ...contract.records import CallRecord, TurnRecord, utc_now
from ...contract.speech import Transcript
from ..dialogue.events import (
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
    ReplyEnded,
    SendTurn,
)
from .call_figures import FAULTS, RECOGNITION, STAGES, USAGE, CallFigures
from .masking import Mask
from .stages import Stages, reach

logger = logging.getLogger(__name__)

Grew = Callable[[CallRecord], None]


def nobody(_record: object) -> None: ...


MOST_FAULTS = 100  # in one record
MOST_ACTIONS = 1_000  # of one turn
MOST_DATA = 100  # values that an assistant adds to one
UNREACHED = "comes behind the end of the call, and is not reached"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """The first prompt of a turn, until it is heard."""

    turn: TurnRecord
    queued: float
    spoke: float | None


class CallRecordWriter:
    """Times are seconds since the call began."""

    def __init__(
        self,
        info: LegInfo,
        mask: Mask,
        measure: Callable[..., None],
        grew: Grew = nobody,
    ) -> None:
        """`grew` is told whenever the record has grown by a turn, or by what came of one."""
        self._mask, self._measure, self._grew = mask, measure, grew
        self.figures = CallFigures(measure)
        self.record = CallRecord(
            id=info.id,
            connector=info.connector,
            started=utc_now(),
            conversation_id=info.conversation_id,
            correlation_id=info.correlation_id,
            organization_id=info.organization_id,
            api_version=info.api_version,
            language_asked=shown(info.language),
            ani=mask.number(info.ani),
            dnis=mask.number(info.dnis),
            input_variables=mask.variables(info.variables),
        )
        self._said: dict[float, float | None] = {}  # seconds that recognition took, by when the input came
        self._stages = Stages()
        self._ended: dict[int, bool] = {}  # turns that end the call; whether more came, and was remarked
        self._barge_in: dict[str, float] | None = None
        self._paused_at: float | None = None  # since when the caller cannot be heard
        self._spoke: float | None = None  # when the caller ended what the newest turn is made of
        self._queued = 0  # the newest turn whose first prompt is known
        self._waiting: dict[int, _Waiting] = {}  # first prompts that are not heard yet

    @property
    def _turn(self) -> TurnRecord | None:
        return self.record.turns[-1] if self.record.turns else None

    def take(
        self,
        event: Event,
        effects: Sequence[Effect],
        at: float,
        began: float,
        *,
        fed: float,
        heard: Callable[[], float],
    ) -> list[TurnRecord]:
        """One event, and its effects before they are performed. `began`: when the call began, on the
        dialogue's clock. `fed`: seconds of caller audio that the recognition was given until now, if the
        event comes from one. `heard` tells how much of the prompt that plays was heard. Returns the turns
        that do not change any more."""
        self._event(event, at, fed)
        for effect in effects:
            self._effect(effect, at, began, heard)
        if Flush in map(type, effects):
            self.figures.interrupt(event, fed)
        turns = self.record.turns
        return self._stages.now_over(turns) if len(turns) > self._stages.over + 1 else []

    def _event(self, event: Event, at: float, fed: float) -> None:  # noqa: C901, PLR0912  # one arm for each kind
        match event:
            case Transcript(final=True) if event.text:
                self._said[at] = took = max(0.0, fed - event.end)
                self._measure(RECOGNITION.name, took)
            case Digit():
                self._said[at] = None
            case Gap():
                self.record.gaps += event.length
            case Paused():
                self.record.pauses += self._paused_at is None
                self._paused_at = at if self._paused_at is None else self._paused_at
            case Resumed():
                self.hear_again(at)
            case LanguageChanged():
                self.record.language_asked = event.language
            case ReplyEnded():
                self._end_reply(event, at)
            case ReplyBegan() if self._turn:
                self._note(self._turn, "assistant", self._turn.at, at)
            case ActionDue():
                self._response(event)
            case NotPerformed():
                self._not_performed(event)
            case PromptStarted():
                self._sound(event.prompt, at)
            case PromptFinished():
                self._stages.finish([event.prompt], at)
                if event.failed:
                    self.fault("prompt", "synthesis", event.failed, at, told=False)
            case Faulted():  # what a hook did wrong was told by its guard
                self.record.failovers += bool(event.engine)
                more = {"engine": event.engine, "line": event.line}
                self.fault(event.source, event.hook, event.error, at, told=not event.engine, **more)
            case Failure():
                self.fault(event.source, "engine", event.error, at, line=event.line)
            case Closed():
                self.record.closed = f"{event.reason}: {event.detail}" if event.detail else event.reason
            case _:
                pass

    def _end_reply(self, event: ReplyEnded, at: float) -> None:
        self._stages.reply(self.record.turns[-2:], event.turn, at)
        if event.custom_data:
            self.annotate(event.custom_data)
        if event.usage and (turn := self._turn):
            turn.usage = dict(event.usage)
        for kind, count in event.usage.items():
            self._measure(USAGE.name, count, kind=kind)
            self.record.usage[kind] = self.record.usage.get(kind, 0) + count
        self.grow(at)

    def _effect(self, effect: Effect, at: float, began: float, heard: Callable[[], float]) -> None:
        match effect:
            case SendTurn():
                self._begin_turn(effect.turn, at, effect.said_at - began, effect.sensitive)
            case Queue() if turn := self._turn:
                self._stages.queue(effect.prompt, turn)
                if self._queued < turn.number:
                    self._queued = turn.number
                    self._waiting[effect.prompt] = _Waiting(turn, at, self._spoke)
                if isinstance(effect.content, Say):
                    turn.said.append(self._mask.said(effect.content.text))
            case Flush():
                self._stages.flush(at)
                self._waiting.clear()
                self._barge_in = {"at": round(at, 3), "heard": round(heard(), 3)}
                self.record.barge_ins += 1
            case End():
                self.record.outcome, self.record.reason = effect.outcome, effect.reason
            case _:
                pass

    def grow(self, at: float) -> None:
        """It is a moment to write down what there is of the record."""
        self.record.seconds = round(at, 3)
        self._grew(self.record)

    def hear_again(self, at: float) -> None:
        """A pause is over, if there was one."""
        if self._paused_at is not None:
            self.record.paused = round(self.record.paused + at - self._paused_at, 3)
            self._paused_at = None

    def fault(
        self,
        source: str,
        hook: str,
        error: str,
        at: float,
        *,
        engine: str = "",
        line: str = "",
        told: bool = True,
    ) -> None:
        """`line`: of a plugin's file, which raised. `told`: the log has it, or will have it as the reason of
        the call's end."""
        if hook != "measured":  # else a listener that raises at every figure would be told of it
            self._measure(FAULTS.name, 1, source=source)
        if len(self.record.faults) < MOST_FAULTS:
            if not told:
                logger.warning("%s failed%s: %s", source, f" with {engine}" if engine else "", error)
            noted = {"source": source, "hook": hook, "error": error, "at": round(at, 3)}
            more = {"engine": engine, "line": line}
            self.record.faults.append(noted | {name: value for name, value in more.items() if value})

    def _begin_turn(self, turn: Turn, at: float, said: float, sensitive: bool) -> None:
        text = self._mask.turn(turn, sensitive)
        noted = TurnRecord(turn.number, turn.kind, round(at, 3), text, turn.confidence, self._barge_in)
        self.record.turns.append(noted)
        recognition = self._said.get(said)
        self._spoke = said - (recognition or 0.0) if said in self._said else None
        self._said = {when: took for when, took in self._said.items() if when > said}
        self._barge_in = None
        if recognition is not None:
            self._note(noted, "recognition", said - recognition, said)
        self.grow(at)

    def _response(self, event: ActionDue) -> None:
        if isinstance(event.action, Remark):
            self._remark(event, event.action.text[:200])
        elif isinstance(event.action, Annotate):
            self.annotate(event.action.values)
        elif event.turn in self._ended:
            if not self._ended[event.turn] and not isinstance(event.action, EndCall):
                self._ended[event.turn] = True
                self._remark(event, f"{type(event.action).__name__} {UNREACHED}")
        elif (turn := self._turn) and len(turn.actions) < MOST_ACTIONS:
            name = type(event.action).__name__
            turn.actions.append({"response": event.response, "action": name, "plugin": event.plugin})
            if isinstance(event.action, EndCall | HandOver):
                self._ended[event.turn] = False

    def annotate(self, values: Mapping[str, Any]) -> None:
        kept = self.record.custom_data
        kept.update(self._mask.variables(values))
        for name in [name for name, value in values.items() if value == ""]:
            del kept[name]
        for name in list(kept)[MOST_DATA:]:
            del kept[name]

    def _remark(self, event: ActionDue, said: str) -> None:
        where = f"response {event.response} of turn" if event.response else "turn"
        logger.warning("%s, %s %d: %s", event.plugin, where, event.turn, said)
        self._unmet(event.turn, "remark", said)

    def _not_performed(self, event: NotPerformed) -> None:
        if self._unmet(event.turn, event.response_type, event.problem):
            kind, why = (
                ascii(each[:200])[1:-1] for each in (event.response_type, event.problem)
            )  # its words
            logger.warning("turn %d: a response of type %s was not performed: %s", event.turn, kind, why)

    def remark(self, said: str) -> None:
        """A remark of the call itself, on what it does otherwise than it was asked to."""
        if self._unmet(number := self._turn.number if self._turn else 0, "remark", said):
            logger.warning("turn %d: %s", number, said)

    def _unmet(self, turn: int, kind: str, problem: str) -> bool:
        """Whether there was room for it."""
        room = len(self.record.not_performed) < MOST_FAULTS
        if room:
            self.record.not_performed.append({"turn": turn, "type": kind, "problem": problem})
        return room

    def _sound(self, prompt: int, at: float) -> None:
        self.figures.sound(at)
        if waiting := self._waiting.pop(prompt, None):  # the first of its turn
            self._note(waiting.turn, "synthesis", waiting.queued, at)
            if waiting.spoke is not None:
                self._note(waiting.turn, "total", waiting.spoke, at)
        self._stages.sound(prompt, at)

    def _note(self, turn: TurnRecord, stage: str, began: float, ended: float) -> None:
        turn.latency[stage] = round(ended - began, 3)
        if stage != "total":
            reach(turn, stage, began, ended)
        if figure := STAGES.get(stage):
            self._measure(figure.name, ended - began)
