"""The spans of a call, from its record: no word that was said or keyed, no variable and no number in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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


def count(record: CallRecord) -> int:
    """At most so many spans come of it."""
    return 1 + len(record.turns) * (1 + len(STAGES))


class CallSpans:
    """Of one call that is over. `began`: nanoseconds of the clock on the wall."""

    def __init__(self, record: CallRecord, began: int, resource: Resource) -> None:
        self._record, self._began, self._resource = record, began, resource
        self._trace = trace_id(record.conversation_id, record.id)

    def __iter__(self) -> Iterator[ReadableSpan]:
        record, call = self._record, self._context()
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
            yield from self._turn(turn, call)

    def _turn(self, turn: TurnRecord, call: SpanContext) -> Iterator[ReadableSpan]:
        times = [turn.at, *(at for stage in turn.stages.values() for at in stage)]
        own = self._context(turn.number)
        yield self._span("turn", own, call, (min(times), max(times)), _of_turn(turn))
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
        return SpanContext(
            self._trace, span_id(self._record.id, turn, stage), is_remote=False, trace_flags=flags
        )

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
