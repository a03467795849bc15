"""Responses as an assistant gives them: twelve types, anything else, and what does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import (
    AudioResponse,
    ConnectToAgentResponse,
    DtmfResponse,
    EndSessionResponse,
    ImageResponse,
    OptionResponse,
    SpeechToTextResponse,
    StartActivitiesResponse,
    StopActivitiesResponse,
    TextResponse,
    TextToSpeechResponse,
    UnknownResponse,
    UserDefinedResponse,
    parse_response,
)
from switchhook.contract.responses import MODELS

COMMAND = {"command_info": {"type": "configure", "parameters": {"command": {"bargeIn": True}}}}
ACTIVITIES = {"activities": [{"type": "speech_to_text_recognition"}, {"type": "dtmf_collection"}]}
EXAMPLES = {
    "text": (TextResponse, {"text": "Hello"}, lambda r: r.text == "Hello"),
    "option": (
        OptionResponse,
        {"title": "Which?", "options": [{"label": "Sales", "value": {"input": {"text": "sales"}}}]},
        lambda r: (
            (r.title, r.options[0].label, r.options[0].value.input) == ("Which?", "Sales", {"text": "sales"})
        ),
    ),
    "image": (ImageResponse, {"source": "https://x/a.png", "alt_text": "map"}, lambda r: r.alt_text == "map"),
    "audio": (AudioResponse, {"source": "https://x/a.wav"}, lambda r: r.source == "https://x/a.wav"),
    "dtmf": (DtmfResponse, COMMAND, lambda r: r.command_info.type == "configure"),
    "speech_to_text": (SpeechToTextResponse, COMMAND, lambda r: r.command_info.type == "configure"),
    "text_to_speech": (
        TextToSpeechResponse,
        COMMAND,
        lambda r: r.command_info.parameters == {"command": {"bargeIn": True}},
    ),
    "start_activities": (
        StartActivitiesResponse,
        ACTIVITIES,
        lambda r: r.activities[1].type == "dtmf_collection",
    ),
    "stop_activities": (StopActivitiesResponse, ACTIVITIES, lambda r: len(r.activities) == 2),
    "connect_to_agent": (
        ConnectToAgentResponse,
        {"message_to_human_agent": "angry", "agent_available": {"message": "one moment"}},
        lambda r: (r.message_to_human_agent, r.agent_available.message) == ("angry", "one moment"),
    ),
    "end_session": (EndSessionResponse, {}, lambda r: r.channels == []),
    "user_defined": (UserDefinedResponse, {"user_defined": {"a": 1}}, lambda r: r.user_defined == {"a": 1}),
}


def test_there_is_an_example_of_each_type():
    assert set(EXAMPLES) == set(MODELS)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_response_is_of_its_model(kind):
    model, fields, fits = EXAMPLES[kind]
    response = parse_response({"response_type": kind, **fields})
    assert (type(response), fits(response)) == (model, True)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_response_needs_nothing_but_its_type(kind):
    assert type(parse_response({"response_type": kind})) is EXAMPLES[kind][0]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_fields_that_a_model_does_not_name_are_kept(kind):
    response = parse_response({"response_type": kind, "x_vendor": {"a": [1]}})
    assert response.model_extra == {"x_vendor": {"a": [1]}}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_each_response_says_its_channels(kind):
    response = parse_response({"response_type": kind, "channels": [{"channel": "voice_telephony"}]})
    assert response.channels[0].channel == "voice_telephony"


def test_fields_inside_are_kept_too():
    response = parse_response(
        {"response_type": "option", "options": [{"label": "A", "value": {"input": {}, "weight": 3}}]}
    )
    assert response.options[0].value.model_extra == {"weight": 3}


MISFITS = {
    "text": ({"text": 7}, "text"),
    "option": ({"options": [{"value": {}}]}, "options.0.label"),
    "image": ({"source": None}, "source"),
    "audio": ({"source": ["a"]}, "source"),
    "dtmf": ({"command_info": "collect"}, "command_info"),
    "speech_to_text": ({"command_info": {"parameters": []}}, "command_info.parameters"),
    "text_to_speech": ({"command_info": None}, "command_info"),
    "start_activities": ({"activities": {}}, "activities"),
    "stop_activities": ({"activities": [7]}, "activities.0"),
    "connect_to_agent": ({"transfer_info": []}, "transfer_info"),
    "end_session": ({"channels": "all"}, "channels"),
    "user_defined": ({"user_defined": "x"}, "user_defined"),
}


@pytest.mark.parametrize("kind", MISFITS)
def test_a_response_that_does_not_fit_says_where(kind):
    fields, where = MISFITS[kind]
    item = {"response_type": kind, **fields}
    response = parse_response(item)
    assert isinstance(response, UnknownResponse)
    assert (response.response_type, response.raw) == (kind, item)
    assert response.problem.startswith(f"{where}: ")


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_problem_does_not_repeat_what_was_said(kind):
    response = parse_response({"response_type": kind, "channels": "SECRET"})
    assert "SECRET" not in response.problem


def test_another_type_is_kept_whole():
    item = {"response_type": "video", "source": "https://x"}
    response = parse_response(item)
    assert (response.response_type, response.raw, response.problem) == (
        "video",
        item,
        "no such response type",
    )


@pytest.mark.parametrize("item", [None, 7, "text", [], {}, {"response_type": 7}, {"text": "no type"}])
def test_what_is_no_response_has_no_type(item):
    response = parse_response(item)
    assert (response.response_type, response.problem) == ("?", "no such response type")


def test_a_long_type_is_cut():
    assert parse_response({"response_type": "x" * 1000}).response_type == "x" * 64


def test_a_response_does_not_change():
    response = parse_response({"response_type": "text", "text": "hi"})
    with pytest.raises(ValueError, match="frozen"):
        response.text = "ho"


TEXT = st.text() | st.text(alphabet="a\ud800é")  # JSON from outside may hold half of a surrogate pair
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted({name for model in MODELS.values() for name in model.model_fields} - {"response_type"})
ITEMS = st.builds(
    lambda kind, known, more: {**more, **known, "response_type": kind},
    st.sampled_from(sorted(MODELS)) | TEXT,
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4),
    st.dictionaries(TEXT, JSON, max_size=2),
)


@given(JSON | ITEMS)
def test_no_json_is_too_strange_to_be_parsed(item):
    assert isinstance(parse_response(item).response_type, str)


@given(ITEMS)
def test_what_was_not_understood_is_kept_as_it_came(item):
    response = parse_response(item)
    if isinstance(response, UnknownResponse):
        assert repr(response.raw) == repr(item)  # not ==: nan is not nan
