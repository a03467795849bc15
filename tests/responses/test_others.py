"""Types beyond the twelve."""

import io
import wave

import pytest

from switchhook import Choice, Offer, Remark, Say
from switchhook_responses.others import handle_unknown

from .conftest import asked


def performed(call, kind, **item):
    return asked(handle_unknown, {"response_type": kind, **item}, call)


@pytest.mark.parametrize(("asked_for", "seconds"), [(500, 0.5), ("1500", 1.5), (60_000, 10.0)])
def test_a_pause_is_silence_of_at_most_ten_seconds(asked_for, seconds, call):
    [play] = performed(call, "pause", time=asked_for)
    with wave.open(io.BytesIO(play.wav)) as file:
        assert file.getnframes() / file.getframerate() == seconds


@pytest.mark.parametrize("item", [{}, {"time": 0}, {"time": "0"}, {"time": None}])
def test_a_pause_of_nothing_is_none(item, call):
    assert performed(call, "pause", **item) == []


@pytest.mark.parametrize("time", ["long", -5, {}])
def test_a_pause_whose_time_cannot_be_read_is_remarked(time, call):
    [remark] = performed(call, "pause", time=time)
    assert isinstance(remark, Remark)
    assert remark.text.startswith("pause: time: ")


def test_a_suggestion_that_cannot_be_read_costs_no_other(call):
    items = [{"label": None}, 7, {"label": "Cards"}]
    say, offer, *remarks = performed(call, "suggestion", title=None, suggestions=items)
    assert (say, [each.phrases for each in offer.choices]) == (Say("1. Cards."), [("one", "1", "Cards")])
    assert [each.text.partition(": ")[2].partition(": ")[0] for each in remarks] == [
        "options.0.label",
        "options.1",
    ]


@pytest.mark.parametrize(
    "channels", [["voice_telephony"], [{"channel": "genesys_audio_connector"}], None, []]
)
def test_what_names_the_telephone_or_nothing_is_for_it(channels, call):
    assert performed(call, "conversation_search", text="Nine.", channels=channels) == [Say("Nine.")]


def test_a_suggestion_is_a_list_whose_input_is_sent_whole(call):
    given = {"suggestion_id": "x", "text": "cards"}
    items = [{"label": "Cards", "value": {"input": given}, "output": {}}]
    say, offer = performed(call, "suggestion", title="Did you mean", suggestions=items)
    assert say == Say("Did you mean. 1. Cards.")
    assert offer == Offer((Choice("1", ("one", "1", "Cards"), given),))


def test_of_a_search_header_and_first_result_are_said(call):
    results = [{"title": "t", "body": "Open from *nine*."}, {"body": "No."}]
    assert performed(call, "search", header="I found this:", primary_results=results) == [
        Say("I found this:\nOpen from nine.")
    ]


def test_a_long_result_is_said_to_the_end_of_a_sentence(call):
    [say] = performed(call, "search", primary_results=[{"body": "This is a sentence. " * 500}])
    assert 1_000 < len(say.text) <= 1_500
    assert say.text.endswith("sentence.")


def test_of_a_generated_answer_the_text_is_said(call):
    assert performed(call, "conversation_search", text="From nine to five.", citations=[]) == [
        Say("From nine to five.")
    ]


@pytest.mark.parametrize("kind", ["video", "iframe", "table", "card", "carousel", "date", "novelty"])
def test_what_is_for_the_eye_alone_is_left_to_others(kind, call):
    assert performed(call, kind) is None


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("search", {"primary_results": "x"}),
        ("search", {"primary_results": [7]}),
        ("conversation_search", {"text": 7}),
        ("suggestion", {"suggestions": 7}),
        ("suggestion", {"suggestions": [7]}),
        ("pause", {"time": {}}),
        ("search", {"channels": [7]}),
    ],
)
def test_nonsense_of_these_types_says_nothing(kind, item, call):
    given = performed(call, kind, **item) or []
    assert [each for each in given if not isinstance(each, Remark)] == []
