"""One call: the task group that owns a leg, a recognition, a conversation and a playout. It wires; the
dialogue decides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from types import MappingProxyType
from typing import Any

import anyio

from ..assistant import Assistant, Turn
from ..errors import cause
from ..guard import Fault, reporting
from ..hooks import Hooks
from ..info import CallInfo
from ..leg import Closed, Leg, LegEvent, Outcome, PlaybackFinished, PlaybackStarted
from ..masking import Mask
from ..records import CallRecord
from ..speech import SpeechToText, TextToSpeech
from .dialogue import Dialogue
from .events import (
    Abandon,
    CancelReply,
    Effect,
    End,
    Event,
    Failure,
    Flush,
    MergeVariables,
    Opened,
    Queue,
    SendTurn,
    Stopping,
    Tell,
    Time,
)
from .hearing import Hearing
from .journal import Journal
from .line import Line
from .notes import Notes
from .playout import Playout, Signal
from .prompts import Prompts
from .replies import Replies
from .state import Limits
from .variables import to_strings

CLOSING = 25.0  # seconds that a leg may take from `end` to Closed


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a connector gives its calls. Engines are tried in order."""

    name: str
    assistants: tuple[Assistant, ...]
    recognisers: tuple[SpeechToText, ...]
    voices: tuple[TextToSpeech, ...]
    hooks: Hooks
    language: str = "en-US"
    failure_text: str = ""
    mask: Mask = field(default_factory=Mask)


class Call:
    """The sink of its leg."""

    def __init__(
        self, leg: Leg, equipment: Equipment, limits: Limits, write_event: Callable[[str], None] | None = None
    ) -> None:
        self.leg, self._equipment, hooks = leg, equipment, equipment.hooks
        info, language = leg.info, leg.info.language or equipment.language
        self.variables: dict[str, Any] = dict(info.variables)
        self.info = CallInfo(
            id=info.id,
            connector=info.connector,
            conversation_id=info.conversation_id,
            correlation_id=info.correlation_id,
            api_version=info.api_version,
            language=language,
            ani=info.ani,
            dnis=info.dnis,
            variables=MappingProxyType(self.variables),
            context=MappingProxyType(dict(info.details)),
        )
        self._dialogue = Dialogue(limits, equipment.failure_text)
        self.notes = Notes(info, language, equipment.mask, self._measure)
        self._journal = Journal(write_event, equipment.mask)
        line = Line(leg.audio, hooks)
        self._hearing = Hearing(equipment.recognisers, line, self.handle)
        self._playout = Playout(leg, Prompts(equipment.voices, line, language).fetch, self.handle)
        self._replies = Replies(hooks, self.info, self.variables, self.handle)
        self._reply: anyio.CancelScope | None = None
        self._turn: Turn | None = None
        self._turns, self._timer = Signal(), Signal()
        self._events: deque[Event] = deque()
        self._handling = False
        self._began, self._bytes = 0.0, 0
        self._ended, self._closed = anyio.Event(), anyio.Event()

    # --- the leg's sink

    def audio(self, data: bytes, /) -> None:
        self._bytes += len(data)
        self._hearing.take(data)

    def event(self, event: LegEvent, /) -> None:
        match event:
            case PlaybackStarted():
                self._playout.peer_started()
            case PlaybackFinished():
                self._playout.peer_finished()
            case _:
                self.handle(event)

    # --- events and effects

    def handle(self, event: Event) -> None:
        """Takes an event from anywhere; effects of one are performed before the next is looked at."""
        self._events.append(event)
        if self._handling:
            return
        self._handling = True
        try:
            while self._events:
                self._handle(self._events.popleft())
        finally:
            self._handling = False

    def _handle(self, event: Event) -> None:
        now = anyio.current_time()
        at = now - self._began
        self._journal.note(at, event)
        self.notes.event(event, at, self.leg.audio.seconds(self._bytes))
        for effect in self._dialogue.handle(event, now):
            self.notes.effect(effect, at, self._playout.heard_of_current())
            self._perform(effect)
        if isinstance(event, Closed):
            self._closed.set()
            self._ended.set()
        self._timer.set()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case SendTurn():
                self._turn = replace(effect.turn, variables=dict(self.variables))
                self._turns.set()
            case Queue():
                self._playout.queue(effect.prompt, effect.content)
            case Flush():
                self._playout.flush()
            case Abandon():
                self._replies.abandon()
            case CancelReply():
                self._turn = None
                if self._reply is not None:
                    self._reply.cancel()
            case Tell():
                self.leg.tell(effect.report)
            case MergeVariables():
                self._replies.merge(effect.variables)
            case End():
                self._end(effect)

    def _end(self, end: End) -> None:
        reserved: Mapping[str, str] = {}
        if end.outcome not in ("completed", "handed_over"):
            reserved = {"switchhook_outcome": end.outcome, "switchhook_reason": end.reason}
        outputs = {**self.variables, **end.variables, **reserved}
        self.notes.record.output_variables = self._equipment.mask.variables(outputs)
        self.leg.end(Outcome("completed", end.outcome), to_strings(outputs))
        self._ended.set()

    def stop(self, *, at_once: bool) -> None:
        """The server ends: give the call back, after what is being said or at once."""
        self.handle(Stopping(at_once))

    # --- tasks

    async def run(self) -> CallRecord:
        """From the answer to the end; the record is complete when it returns."""
        self._began = anyio.current_time()
        hooks = self._equipment.hooks
        with reporting(self._fault):
            hooks.tell("call_started", call=self.info)
        async with anyio.create_task_group() as group:
            group.start_soon(self._playout.run)
            group.start_soon(self._hearing.listen, self.info.language, {})
            group.start_soon(self._converse)
            group.start_soon(self._keep_time)
            self.handle(Opened())
            self.leg.start(self)
            await self._ended.wait()
            with anyio.move_on_after(CLOSING):
                await self._closed.wait()
            group.cancel_scope.cancel()
        self._complete()
        return self.notes.record

    def _complete(self) -> None:
        if not self._closed.is_set():
            self._handle(Closed("lost", "the leg did not close"))
        record, outcome = self.notes.record, self._dialogue.outcome
        if outcome is not None:
            record.outcome, record.reason = outcome.outcome, outcome.reason
        record.seconds = round(anyio.current_time() - self._began, 3)
        record.caller_audio = round(self.leg.audio.seconds(self._bytes), 3)
        record.prompt_audio = round(self._playout.heard(), 3)
        with reporting(self._fault):
            self._equipment.hooks.tell("call_ended", call=self.info, record=record)

    async def _converse(self) -> None:
        """One conversation, one turn at a time; assistants are tried in order until one opens."""
        problem = "no engine"
        for assistant in self._equipment.assistants:
            opened = False
            try:
                async with assistant.open(self.info) as conversation:
                    opened = True
                    while True:
                        await self._turns.wait()
                        turn, self._turn = self._turn, None
                        if turn is not None:
                            with anyio.CancelScope() as self._reply:
                                await self._replies.read(conversation, turn)
                            self._reply = None
            except Exception as error:  # noqa: BLE001  # an assistant may raise anything; the next is tried, or the call ends well
                problem = cause(error)
                if opened:
                    break
        self.handle(Failure("assistant", problem))

    async def _keep_time(self) -> None:
        while True:
            deadline = self._dialogue.deadline()
            await self._timer.wait(inf if deadline is None else deadline)
            if deadline is not None and anyio.current_time() >= deadline:
                self.handle(Time())

    def _fault(self, fault: Fault) -> None:
        self.notes.fault(fault.source, fault.hook, fault.error, anyio.current_time() - self._began)

    def _measure(self, name: str, value: float) -> None:
        self._equipment.hooks.measure(name, value, {"connector": self._equipment.name})
