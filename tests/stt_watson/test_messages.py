"""What is read from the service's messages, whatever they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_stt_watson import messages
from switchhook_stt_watson.messages import Began, Garbage, Listening, Refused, Warned, Words, read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "results",
                    "alternatives",
                    "transcript",
                    "final",
                    "timestamps",
                    "confidence",
                    "speech_begin_event",
                    "begin",
                    "state",
                    "error",
                    "warnings",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=30,
)


def results(*given):
    return json.dumps({"result_index": 0, "results": list(given)})


def result(transcript, final=False, **more):
    return {"final": final, "alternatives": [{"transcript": transcript, **more}]}


@given(JSON)
def test_no_message_is_too_strange(said):
    assert isinstance(read(json.dumps(said)), Listening | Warned | Refused | Garbage | list)


@given(st.text())
def test_no_text_is_too_strange(text):
    assert isinstance(read(text), Listening | Warned | Refused | Garbage | list)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"state": "listening"}', Listening()),
        ('{"error": "Session timed out."}', Refused("Session timed out.")),
        ('{"warnings": "Unknown arguments: x."}', Warned("Unknown arguments: x.")),
        ("no JSON", Garbage()),
        ("[]", Garbage()),
        ("[" * 100_000, Garbage()),
        ('{"audio_metrics": {}}', []),
        ('{"results": []}', []),
        ('{"result_index": 0, "results": [{"final": true, "alternatives": []}]}', []),
    ],
)
def test_each_kind_of_message_is_known(text, message):
    assert read(text) == message


def test_speech_that_begins_has_no_words():
    assert read(results({"speech_begin_event": {"begin": 2.5}})) == [Began(2.5)]


def test_texts_have_no_marks_of_hesitation_and_no_spaces_at_their_ends():
    [words] = read(results(result("%HESITATION one  %HESITATION two ", final=True)))
    assert words.text == "one two"


def test_hesitation_alone_is_an_empty_final():
    [words] = read(results(result("%HESITATION ", final=True)))
    assert (words.text, words.final) == ("", True)


def test_times_are_those_of_the_first_and_the_last_word():
    [words] = read(results(result("a b", timestamps=[["a", 0.5, 0.8], ["b", 0.9, 1.2]])))
    assert (words.start, words.end) == (0.5, 1.2)


@pytest.mark.parametrize("stamps", [None, [], [["a"]], [["a", "x", "y"]], "abc", [["a", -1, -2]], {"a": 1}])
def test_times_that_are_none_are_unknown(stamps):
    [words] = read(results(result("a", timestamps=stamps)))
    assert (words.start, words.end) == (None, None)


def test_several_finals_in_one_message_are_each_their_own():
    found = read(results(result("a ", final=True), result("b ", final=True), result("c ")))
    assert [(each.text, each.final) for each in found] == [("a", True), ("b", True), ("c", False)]


def test_interims_of_one_message_are_parts_of_one():
    [words] = read(
        results(result("a ", timestamps=[["a", 0.1, 0.2]]), result("b ", timestamps=[["b", 0.3, 0.4]]))
    )
    assert words == Words("a b", False, 0.1, 0.4, None, {})


def test_a_final_keeps_its_own_message_only():
    _, second = read(results(result("a", final=True), result("b", final=True)))
    assert second.raw == {"result_index": 0, "results": [result("b", final=True)]}


def test_a_message_has_only_so_many_results():
    found = read(results(*[result("a", final=True)] * (messages.MOST_RESULTS + 5)))
    assert len(found) == messages.MOST_RESULTS
