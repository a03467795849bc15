"""From events to responses: each once, and in order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_assistant_watson.streaming import StreamedAnswer
from switchhook_watson import WatsonError

TEXT = st.sampled_from(["yes", "no", "one moment"])


def item(text, number=None):
    mark = {} if number is None else {"streaming_metadata": {"id": number}}
    return {"response_type": "text", "text": text, **mark}


def final(*items, **more):
    return {"final_response": {"output": {"generic": list(items)}, **more}}


def run(*events):
    streamed = StreamedAnswer()
    got = [each for event in events for each in streamed.take(event)]
    return got, streamed.answer


@given(st.lists(st.tuples(TEXT, st.booleans())), st.booleans())
def test_the_responses_are_those_of_the_final_response(items, with_ids):
    """Some of them were streamed, and are known again by their ids or by being the same."""
    events = [
        {"complete_item": item(text, number)} for number, (text, streamed) in enumerate(items) if streamed
    ]
    whole = [item(text, number if with_ids else None) for number, (text, _) in enumerate(items)]

    got, answer = run(*events, final(*whole))

    assert sorted(each["text"] for each in got) == sorted(text for text, _ in items)
    assert all("streaming_metadata" not in each for each in got)
    assert answer is not None


def test_pieces_are_not_spoken():
    got, answer = run({"partial_item": item("one mo", 0)}, {"partial_item": item("ment", 0)})

    assert (got, answer) == ([], None)


def test_an_item_counts_as_given_though_its_spaces_differ():
    assert run({"complete_item": item("one  moment\n", 0)}, final(item("one moment")))[0] == [
        item("one  moment\n")
    ]


def test_an_item_counts_as_given_though_its_words_differ():
    assert run({"complete_item": item("one", 0)}, final(item("One.", 0)))[0] == [item("one")]


def test_what_was_not_streamed_comes_with_the_final_response():
    end = {"response_type": "end_session"}

    assert run({"complete_item": item("bye", 0)}, final(item("bye"), end))[0] == [item("bye"), end]


def test_the_context_is_the_final_one():
    assert run(final(context={"a": 1}))[1].context == {"a": 1}


@pytest.mark.parametrize("event", [[], 7, None, {"something": "else"}])
def test_events_that_mean_nothing_to_us_are_passed_over(event):
    assert run(event) == ([], None)


def test_items_that_are_none_are_for_the_parser_to_say():
    assert run({"complete_item": "x"}, final(7))[0] == ["x", 7]


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"final_response": {}}, "garbage"),
        ({"error": "Invalid Session", "code": 404}, "status"),
        ({"errors": [{"message": "x"}]}, "status"),
    ],
)
def test_what_fails_the_turn(event, problem):
    with pytest.raises(WatsonError) as caught:
        StreamedAnswer().take(event)
    assert caught.value.problem == problem


def test_items_are_counted():
    with pytest.raises(WatsonError):
        run(*[{"complete_item": item("x")}] * 501)
