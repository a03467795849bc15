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


NEEDED = {
    "text": ({"text": ["Hi"]}, "text"),
    "option": ({"title": "Which?", "options": "none"}, "options"),
    "image": ({"source": {}}, "source"),
    "audio": ({"source": ["a"]}, "source"),
    "dtmf": ({"command_info": "collect"}, "command_info"),
    "speech_to_text": ({"command_info": []}, "command_info"),
    "text_to_speech": ({"command_info": 7}, "command_info"),
    "start_activities": ({"activities": {}}, "activities"),
    "stop_activities": ({"activities": "all"}, "activities"),
    "user_defined": ({"user_defined": "x"}, "user_defined"),
}


@pytest.mark.parametrize("kind", NEEDED)
def test_a_response_whose_matter_does_not_fit_says_where(kind):
    fields, where = NEEDED[kind]
    item = {"response_type": kind, **fields}
    response = parse_response(item)
    assert isinstance(response, UnknownResponse)
    assert (response.response_type, response.raw) == (kind, item)
    assert response.problem.startswith(f"{where}: ")


SIDE = {"channels": "all", "channel_options": ["x"]}
LEFT_OUT = [
    *((kind, {name: value}, name) for kind in EXAMPLES for name, value in SIDE.items()),
    ("option", {"title": ["Which?"]}, "title"),
    ("option", {"description": True}, "description"),
    ("image", {"alt_text": {}}, "alt_text"),
    ("dtmf", {"command_info": {"type": "collect", "parameters": []}}, "command_info.parameters"),
    ("connect_to_agent", {"transfer_info": []}, "transfer_info"),
    ("connect_to_agent", {"agent_available": "one moment"}, "agent_available"),
    ("connect_to_agent", {"agent_unavailable": {"message": ["no"]}}, "agent_unavailable.message"),
    ("connect_to_agent", {"topic": {}}, "topic"),
    ("stop_activities", {"activities": [7]}, "activities.0"),
    ("text", {"text": "Hi", "selection_policy": []}, "selection_policy"),
    ("text", {"values": ["Hi", {"text": "Ho"}]}, "values.0"),
]


@pytest.mark.parametrize(("kind", "fields", "where"), LEFT_OUT)
def test_what_does_not_fit_beside_it_is_left_out_and_said(kind, fields, where):
    response = parse_response({"response_type": kind, **EXAMPLES[kind][1], **fields})
    assert type(response) is EXAMPLES[kind][0]
    assert [each.partition(": ")[0] for each in response.misfits] == [where]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_field_that_is_null_is_not_there(kind):
    model, fields, fits = EXAMPLES[kind]
    every: dict[str, object] = vars(model)["__pydantic_fields__"]
    nothing = dict.fromkeys(sorted(set(every) - {"response_type", *fields}))
    response = parse_response({"response_type": kind, **fields, **nothing})
    assert (type(response), fits(response), response.misfits) == (model, True, ())


def test_a_null_within_is_not_there_either():
    options = [{"label": "Sales", "value": None}, {"label": "Bills", "value": {"input": None}}]
    response = parse_response({"response_type": "option", "title": None, "options": options})
    assert [(each.label, each.value.input) for each in response.options] == [("Sales", {}), ("Bills", {})]


def test_a_null_that_no_model_names_is_kept():
    assert parse_response({"response_type": "text", "x_vendor": None}).model_extra == {"x_vendor": None}


def test_a_number_may_stand_for_a_text():
    response = parse_response({"response_type": "option", "title": 2026, "options": [{"label": 7.5}]})
    assert (response.title, response.options[0].label, response.misfits) == ("2026", "7.5", ())


def test_an_entry_that_does_not_fit_costs_no_other():
    options = [{"label": "Sales"}, {"value": {}}, None, {"label": "Bills", "value": {"input": "bills"}}]
    response = parse_response({"response_type": "option", "options": options})
    assert [(each.label, each.value.input) for each in response.options] == [("Sales", {}), ("Bills", {})]
    assert [each.partition(": ")[0] for each in response.misfits] == [
        "options.1.label",
        "options.2",
        "options.3.value.input",
    ]


@pytest.mark.parametrize(
    "misfit", [{"label": {}}, {"label": None}, {"label": ["Bills"], "value": 7}, 7, "Bills"]
)
def test_an_option_without_a_label_that_can_be_read_costs_no_other(misfit):
    response = parse_response({"response_type": "option", "options": [misfit, {"label": "Sales"}]})
    assert [each.label for each in response.options] == ["Sales"]
    assert response.misfits[0].startswith("options.0")


def test_few_of_many_misfits_are_told():
    response = parse_response({"response_type": "option", "options": [{"label": "A"}, *[7] * 1000]})
    assert (len(response.options), len(response.misfits)) == (1, 5)


def test_a_channel_may_be_named_by_its_name_alone():
    response = parse_response({"response_type": "end_session", "channels": ["voice_telephony", "chat"]})
    assert [each.channel for each in response.channels] == ["voice_telephony", "chat"]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_problem_does_not_repeat_what_was_said(kind):
    response = parse_response({"response_type": kind, "channels": "SECRET", "channel_options": ["SECRET"]})
    assert response.misfits
    assert "SECRET" not in str(response.misfits)


def test_nor_does_that_of_a_response_whose_matter_does_not_fit():
    assert "SECRET" not in parse_response({"response_type": "text", "text": ["SECRET"]}).problem


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
def test_of_what_is_left_out_the_place_is_told_and_the_rest_fits(item):
    response = parse_response(item)
    assert all(": " in each and each.endswith(", left out") for each in response.misfits)
    if not isinstance(response, UnknownResponse):
        again = parse_response(response.model_dump(exclude_unset=True))
        assert (type(again), again.misfits) == (type(response), ())


@given(ITEMS)
def test_what_was_not_understood_is_kept_as_it_came(item):
    response = parse_response(item)
    if isinstance(response, UnknownResponse):
        assert repr(response.raw) == repr(item)  # not ==: nan is not nan
