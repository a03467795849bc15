"""A call's events as JSON lines: what is written is read back, and hides what the connector hides."""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import Action, Closed, Digit, HandOver, Play, Say, SetVariables, Transcript
from switchhook.call.dialogue.events import ActionDue, Event, Failure, Faulted, Opened
from switchhook.call.record.events_file import EventsFile, read, to_line
from switchhook.call.record.masking import HIDDEN, Mask

SECRET = "4111"
UNMASKED = Mask(["transcripts", "variables", "digits"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLAIN = {
    str: st.text(max_size=8),
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    bytes: st.just(b""),  # sound is not kept
    type(None): st.none(),
}


def values(hint):
    """Anything of that type."""
    if hint in PLAIN:
        return PLAIN[hint]
    if dataclasses.is_dataclass(hint):
        # a recording is fetched before the dialogue sees the action
        hints = get_type_hints(hint, localns={"AudioResponse": Play})
        return st.builds(
            hint, **{field.name: values(hints[field.name]) for field in dataclasses.fields(hint)}
        )
    origin, inner = get_origin(hint), get_args(hint)
    if origin is typing.Literal:
        return st.sampled_from(inner)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(values, inner))
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=3).map(tuple)
    assert origin is Mapping, f"a field of type {hint} has no strategy"
    return st.dictionaries(st.text(max_size=8), PLAIN.get(inner[1], JSON), max_size=3)


TIMES = st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1000)


def written(event, mask=UNMASKED, at=0.0):
    lines = []
    EventsFile(lines.append, mask).note(at, event)
    return lines[0]


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_event_is_read_back_as_it_was(kind, data):
    event, at = data.draw(values(kind)), data.draw(TIMES)
    if isinstance(event, Transcript):
        event = dataclasses.replace(event, raw={})  # an engine's own message is not kept
    assert list(read([written(event, at=at)])) == [(at, event)]


@pytest.mark.parametrize("kind", get_args(Action), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_an_action_is_read_back_as_it_was(kind, data):
    event = ActionDue(1, data.draw(values(kind)), 2, "responses/acme")
    assert list(read([written(event)])) == [(0.0, event)]


@given(values(Event), TIMES)
def test_an_event_is_one_line_of_json(event, at):
    line = to_line(at, event)
    assert "\n" not in line
    assert json.loads(line)["type"] == type(event).__name__


@given(
    st.lists(
        st.tuples(TIMES, values(Event).filter(lambda event: not isinstance(event, Transcript))), max_size=5
    )
)
def test_events_are_read_in_order(events):
    assert list(read([to_line(at, event) for at, event in events])) == events


PERSONAL = {
    "a key": Digit(SECRET),
    "a transcript": Transcript(SECRET, True, raw={"text": SECRET}),
    "a prompt": ActionDue(1, Say(SECRET)),
    "a variable": ActionDue(1, SetVariables({"card": SECRET})),
    "an output": ActionDue(1, HandOver({"card": SECRET})),
    "a sound": ActionDue(1, Play(SECRET.encode())),
}


@pytest.mark.parametrize("case", PERSONAL)
def test_what_a_caller_said_is_hidden(case):
    assert SECRET not in written(PERSONAL[case], Mask())


def test_the_names_of_hidden_variables_stay():
    line = written(PERSONAL["a variable"], Mask())
    assert json.loads(line)["action"]["variables"] == {"card": HIDDEN}


@pytest.mark.parametrize("event", [Opened(), Failure("recognition", "SpeechError"), Closed("lost", "reset")])
def test_what_is_not_personal_is_not_hidden(event):
    assert list(read([written(event, Mask())])) == [(0.0, event)]


@given(values(Event))
def test_what_is_hidden_can_be_read(event):
    [(_, back)] = read([written(event, Mask())])
    assert type(back) is type(event)


@pytest.mark.parametrize("line", ["", "{", '{"time":0,"type":"Digit"}', '{"time":0,"type":"Digit","key":[]}'])
def test_a_line_that_is_none_of_ours_is_a_value_error(line):
    with pytest.raises(ValueError, match=r"."):
        list(read([line]))


def test_an_older_file_may_call_an_engine_that_is_tried_again_alone():
    line = '{"time":1,"type":"Faulted","source":"recognition","hook":"engine","error":"e","engine":"s","alone":true}'
    assert list(read([line])) == [(1.0, Faulted("recognition", "engine", "e", "s", retried=True))]
