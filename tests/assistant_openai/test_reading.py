"""An answer in pieces."""

import json

import pytest

from switchhook_assistant_openai.reading import Reading
from switchhook_chat import Answer


def called(*pieces):
    """Names and arguments of what is called, from pieces: an index, or what stands there instead, and a
    function."""
    answer = Answer()
    reading = Reading(answer)
    for index, function in pieces:
        beside = {"index": index} if isinstance(index, int) else index or {}
        call = {"function": function, **beside}
        reading.take(json.dumps({"choices": [{"delta": {"tool_calls": [call]}}]}))
    return [(each.name, each.arguments) for each in answer.calls]


@pytest.mark.parametrize("first", [0, 1, 7])
def test_pieces_of_a_call_come_together_whatever_its_index(first):
    one, other = first, first + 1
    pieces = [
        (one, {"name": "weather", "arguments": '{"town":'}),
        (one, {"arguments": '"Rome"}'}),
        (other, {"name": "end_call", "arguments": "{"}),
        (other, {"arguments": "}"}),
    ]
    assert called(*pieces) == [("weather", '{"town":"Rome"}'), ("end_call", "{}")]


def test_without_an_index_a_name_begins_another_call():
    pieces = [
        (None, {"name": "weather", "arguments": '{"town":'}),
        (None, {"arguments": '"Rome"}'}),
        (None, {"name": "end_call", "arguments": "{}"}),
    ]
    assert called(*pieces) == [("weather", '{"town":"Rome"}'), ("end_call", "{}")]


def test_a_name_that_comes_again_with_the_same_id_begins_none():
    pieces = [({"id": "one"}, {"name": "weather", "arguments": half}) for half in ("{", "}")]
    assert called(*pieces) == [("weather", "{}")]


def test_arguments_may_come_after_the_name_and_as_an_object():
    assert called((0, {"name": "weather"}), (0, {"arguments": '{"town":"Rome"}'})) == [
        ("weather", '{"town":"Rome"}')
    ]
    assert called((0, {"name": "weather", "arguments": {"town": "Rome"}})) == [
        ("weather", '{"town": "Rome"}')
    ]


def test_of_an_answer_in_parts_the_texts_are_said_and_no_thoughts():
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    parts = [
        thought,
        {"type": "text", "text": "Good "},
        {"type": "text", "text": "morning."},
        "x",
        {"type": "text"},
    ]
    reading = Reading(Answer())
    said = [
        reading.take(json.dumps({"choices": [{"delta": {"content": each}}]})) for each in (parts, None, "!")
    ]
    assert said == ["Good morning.", "", "!"]
