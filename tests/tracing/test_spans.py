"""The tree of spans that a call's record makes."""

from dataclasses import fields

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import SpanKind, StatusCode

from switchhook import CallRecord, TurnRecord
from switchhook_tracing.spans import OF_TURN, Spans, count

BEGAN = 1_700_000_000_000_000_000
SECRET = "watermelon"


def record(**more):
    turns = [
        TurnRecord(1, "start", 0.0, stages={"assistant": [0.0, 0.4], "playback": [0.5, 2.5]}),
        TurnRecord(
            2,
            "speech",
            4.0,
            SECRET,
            barge_in={"at": 3.0, "heard": 0.5},
            latency={"recognition": 0.3, "total": 1.0},
            stages={"recognition": [3.7, 4.0], "assistant": [4.0, 4.5], "playback": [4.7, 6.0]},
            actions=[{"response": 1, "action": "Say", "plugin": "text"}],
            said=[SECRET],
            usage={"input_tokens": 12},
        ),
    ]
    given = {"outcome": "completed", "seconds": 7.0, "turns": turns, "conversation_id": "7" * 8} | more
    return CallRecord("leg", "bank", "2026-01-01T00:00:00Z", **given)


def spans(**more):
    made = record(**more)
    return list(Spans(made.conversation_id, made.id, BEGAN, Resource({})).of_call(made))


def named(made, *names):
    return [span for span in made if span.name in names]


def test_a_call_is_the_root_its_turns_are_below_it_and_their_stages_below_them():
    made = spans()
    [call], turns = named(made, "call"), named(made, "turn")
    assert call.parent is None
    assert [turn.parent.span_id for turn in turns] == [call.context.span_id] * 2
    stages = [span.name for span in made if span.parent and span.parent.span_id == turns[1].context.span_id]
    assert stages == ["recognition", "assistant", "playback"]
    assert {span.context.trace_id for span in made} == {call.context.trace_id}


def test_times_are_those_of_the_record_on_the_wall_clock():
    made = spans()
    [call], turn = named(made, "call"), named(made, "turn")[1]
    assert (call.start_time, call.end_time) == (BEGAN, BEGAN + 7_000_000_000)
    assert (turn.start_time, turn.end_time) == (BEGAN + 3_700_000_000, BEGAN + 6_000_000_000)


def test_no_more_come_than_were_counted_on():
    assert len(spans()) <= count(record())


def test_a_turn_that_was_given_before_is_the_same_and_does_not_come_again():
    made = record()
    of_call = Spans(made.conversation_id, made.id, BEGAN, Resource({}))
    first = list(of_call.of_turn(made.turns[0]))
    rest = list(of_call.of_call(made, done={1}))
    both = {span.context.span_id: span.to_json() for span in [*first, *rest]}
    assert both == {span.context.span_id: span.to_json() for span in spans()}
    assert len(first) + len(rest) == len(both)
    assert len(first) <= OF_TURN
    assert len(rest) <= count(made, {1})


def test_the_request_to_an_assistant_is_that_of_a_client():
    assert {span.kind for span in named(spans(), "assistant")} == {SpanKind.CLIENT}


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("failed", StatusCode.ERROR), ("lost", StatusCode.ERROR), ("hung_up", StatusCode.UNSET)],
)
def test_a_call_that_somebody_should_look_into_is_an_error(outcome, status):
    assert named(spans(outcome=outcome), "call")[0].status.status_code is status


def test_a_fault_is_an_event_at_its_time():
    fault = {"source": "prompt", "hook": "engine", "error": "status 429", "at": 2.5, "engine": "tts x"}
    [event] = named(spans(faults=[fault]), "call")[0].events
    assert (event.timestamp, event.attributes["switchhook.error"]) == (BEGAN + 2_500_000_000, "status 429")


def test_nothing_that_was_said_keyed_or_brought_is_in_them():
    """Whatever a field of the record holds that may come from outside."""
    known = (
        "id",
        "connector",
        "started",
        "conversation_id",
        "correlation_id",
        "language",
        "outcome",
        "kind",
        "turns",
    )
    texts = {
        each.name: SECRET
        for each in fields(CallRecord)
        if str(each.type).startswith(("str", "Annotated[str,"))
    }
    hidden = {name: value for name, value in texts.items() if name not in known}
    tables = {
        "input_variables": {SECRET: SECRET},
        "output_variables": {SECRET: SECRET},
        "custom_data": {"a": SECRET},
    }
    made = spans(**(hidden | tables | {"closed": f"lost: {SECRET}"}))
    assert {"ani", "dnis", "reason", "language_asked"} <= hidden.keys()
    assert SECRET not in " ".join(span.to_json() for span in made)
