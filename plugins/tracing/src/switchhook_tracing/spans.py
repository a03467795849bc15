"""The spans of a call and of its turns, from its record: no word that was said or keyed, no variable and no
number in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from switchhook import CallRecord, TurnRecord

from .ids import span_id, trace_id

NANO = 1_000_000_000
BAD_ENDS = ("failed", "lost")
STAGES = ("recognition", "assistant", "synthesis", "playback")
MOST_ACTIONS = 50  # of one turn that are named
SCOPE = InstrumentationScope("switchhook")

Value = str | int | float | bool | tuple[str, ...]


OF_TURN = 1 + len(STAGES)  # spans, at most


def count(record: CallRecord, done: Collection[int] = ()) -> int:
    """At most so many spans come of it."""
    return 1 + (len(record.turns) - len(done)) * OF_TURN


class Spans:
    """Of one call. `began`: nanoseconds of the clock on the wall."""

    def __init__(self, conversation: str, call: str, began: int, resource: Resource) -> None:
        self._call, self._began, self._resource = call, began, resource
        self._trace = trace_id(conversation, call)

    def of_call(self, record: CallRecord, done: Collection[int] = ()) -> Iterator[ReadableSpan]:
        """Of a call that is over, and of its turns but those that are `done`."""
        call = self._context()
        bad = record.outcome in BAD_ENDS
        yield ReadableSpan(
            "call",
            context=call,
            resource=self._resource,
            attributes=_of_call(record),
            events=[self._event(each) for each in record.faults],
            kind=SpanKind.SERVER,
            status=Status(StatusCode.ERROR if bad else StatusCode.UNSET),
            start_time=self._began,
            end_time=self._at(record.seconds),
            instrumentation_scope=SCOPE,
        )
        for turn in record.turns:
            if turn.number not in done:
                yield from self.of_turn(turn)

    def of_turn(self, turn: TurnRecord) -> Iterator[ReadableSpan]:
        """Of one that is over."""
        times = [turn.at, *(at for stage in turn.stages.values() for at in stage)]
        own = self._context(turn.number)
        yield self._span("turn", own, self._context(), (min(times), max(times)), _of_turn(turn))
        for stage in STAGES:
            if stage in turn.stages:
                began, ended = turn.stages[stage]
                yield self._span(stage, self._context(turn.number, stage), own, (began, ended), {})

    def _span(
        self,
        name: str,
        context: SpanContext,
        parent: SpanContext,
        times: tuple[float, float],
        attributes: Mapping[str, Value],
    ) -> ReadableSpan:
        return ReadableSpan(
            name,
            context=context,
            parent=parent,
            resource=self._resource,
            attributes=attributes,
            kind=SpanKind.CLIENT if name == "assistant" else SpanKind.INTERNAL,
            start_time=self._at(times[0]),
            end_time=self._at(times[1]),
            instrumentation_scope=SCOPE,
        )

    def _context(self, turn: int = 0, stage: str = "") -> SpanContext:
        flags = TraceFlags(TraceFlags.SAMPLED)
        return SpanContext(self._trace, span_id(self._call, turn, stage), is_remote=False, trace_flags=flags)

    def _event(self, fault: Mapping[str, object]) -> Event:
        told = ("source", "hook", "error", "engine", "line")
        attributes = {f"switchhook.{name}": str(fault[name]) for name in told if name in fault}
        at = fault.get("at")
        return Event("fault", attributes, self._at(at if isinstance(at, float | int) else 0.0))

    def _at(self, seconds: float) -> int:
        return self._began + round(seconds * NANO)


def _of_call(record: CallRecord) -> dict[str, Value]:
    said: dict[str, Value] = {
        "switchhook.connector": record.connector,
        "switchhook.call_id": record.id,
        "switchhook.conversation_id": record.conversation_id,
        "switchhook.correlation_id": record.correlation_id,
        "switchhook.language": record.language,
        "switchhook.outcome": record.outcome,
        "switchhook.closed": record.closed.partition(":")[0],
        "switchhook.turns": len(record.turns),
        "switchhook.gaps": record.gaps,
    }
    return {name: value for name, value in said.items() if value != ""}


def _of_turn(turn: TurnRecord) -> dict[str, Value]:
    said: dict[str, Value] = {
        "switchhook.turn": turn.number,
        "switchhook.kind": turn.kind,
        "switchhook.barged_in": turn.barge_in is not None,
        "switchhook.actions": tuple(str(each["action"]) for each in turn.actions[:MOST_ACTIONS]),
    }
    latency = {f"switchhook.latency.{stage}": seconds for stage, seconds in turn.latency.items()}
    return said | latency | {f"switchhook.usage.{kind}": number for kind, number in turn.usage.items()}
