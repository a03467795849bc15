"""Ids of traces and spans, which anybody can tell from a call's own ids."""

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from switchhook_tracing.ids import span_id, trace_id, traceparent

HEADER = r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01"  # as W3C Trace Context has it


def test_the_trace_of_a_conversation_has_the_digits_of_its_id():
    conversation = "e160e428-53e2-487c-977d-96989bf5c99d"
    assert f"{trace_id(conversation, 'call'):032x}" == conversation.replace("-", "")


def test_two_calls_of_a_conversation_are_one_trace_of_different_spans():
    conversation = "e160e428-53e2-487c-977d-96989bf5c99d"
    first, second = traceparent(conversation, "a", 1), traceparent(conversation, "b", 1)
    assert first.split("-")[1] == second.split("-")[1]
    assert first.split("-")[2] != second.split("-")[2]


def test_without_a_conversation_each_call_is_a_trace_of_its_own():
    assert trace_id("", "a") != trace_id("", "b")


@given(st.text(), st.text(), st.integers(0, 1000))
def test_whatever_the_ids_are_the_header_is_one(conversation, call, turn):
    assert re.fullmatch(HEADER, traceparent(conversation, call, turn))


@given(st.text(), st.uuids(), st.integers(1, 50))
def test_what_is_told_to_an_assistant_names_the_span_of_its_request(call, conversation: UUID, turn):
    trace, parent = traceparent(str(conversation), call, turn).split("-")[1:3]
    assert (int(trace, 16), int(parent, 16)) == (
        trace_id(str(conversation), call),
        span_id(call, turn, "assistant"),
    )


def test_spans_of_a_call_are_told_apart():
    stages = ("", "recognition", "assistant", "synthesis", "playback")
    made = [span_id("call"), *(span_id("call", turn, stage) for turn in range(1, 200) for stage in stages)]
    assert len(set(made)) == len(made)
