"""A person is to take over, or the assistant is done; and pictures."""

import pytest

from switchhook import CallInfo, EndCall, HandOver, Say, SetVariables
from switchhook_responses.connect_to_agent import HandOverSettings, handle_connect_to_agent
from switchhook_responses.end_session import handle_end_session
from switchhook_responses.image import ImageSettings, handle_image

from .conftest import asked

OUTPUTS = {"genesys_audio_connector": {"output_variables": {"summary": "a lost card"}}}


def handed_over(plugin=None, **item):
    call = CallInfo("1", "bank", plugin=plugin)
    return asked(handle_connect_to_agent, {"response_type": "connect_to_agent", **item}, call)


def test_the_caller_is_told_then_the_flow():
    assert handed_over(
        message_to_human_agent="A lost card.",
        agent_available={"message": "One moment, I will **transfer** you."},
        agent_unavailable={"message": "Nobody is there."},
        transfer_info={"target": {"sip": {"uri": "sip:cards\\@example.com", "transfer_headers": []}}},
        topic="cards",
    ) == [
        Say("One moment, I will transfer you."),
        HandOver(
            {
                "Intent": "connect_to_agent",
                "wxa_end_reason": "connect_to_agent",
                "wxa_transfer_target": "sip:cards@example.com",
                "wxa_agent_message": "A lost card.",
                "wxa_topic": "cards",
            }
        ),
    ]


def test_without_anything_to_say_the_flow_is_told():
    assert handed_over() == [HandOver({"Intent": "connect_to_agent", "wxa_end_reason": "connect_to_agent"})]


def test_the_names_of_the_variables_are_settings():
    names = HandOverSettings(intent="", reason="why", message="note")
    [over] = handed_over(names, message_to_human_agent="A lost card.")
    assert over == HandOver({"why": "connect_to_agent", "note": "A lost card."})


def test_variables_named_in_the_channel_options_are_set_before():
    first, _ = handed_over(channel_options=OUTPUTS)
    assert first == SetVariables({"summary": "a lost card"})


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ({"service_desk": {"sip": {"transfer_headers_send_method": "x", "uri": "sip:a@b"}}}, "sip:a@b"),
        ({"zendesk": {"department": "Payments"}}, "Payments"),
        ("sip:a@b", "sip:a@b"),
    ],
)
def test_a_target_is_found_however_deep_it_is(target, named):
    [over] = handed_over(transfer_info={"target": target})
    assert over.variables["wxa_transfer_target"] == named


@pytest.mark.parametrize("info", [{"target": 7}, {"target": {}}, {"target": {"sip": 7}}, {"target": [1]}])
def test_a_target_of_another_form_is_passed_over(info):
    [over] = handed_over(transfer_info=info)
    assert "wxa_transfer_target" not in over.variables


def test_the_end_may_name_variables():
    item = {"response_type": "end_session", "channel_options": OUTPUTS}
    assert asked(handle_end_session, item, None) == [SetVariables({"summary": "a lost card"}), EndCall()]


@pytest.mark.parametrize(
    ("say", "said"),
    [
        ("nothing", []),
        ("alt_text", [Say("a card")]),
        ("title", [Say("Card")]),
        ("description", [Say("Card")]),
    ],
)
def test_a_picture_is_silent_unless_a_part_of_it_is_to_be_said(say, said):
    call = CallInfo("1", "bank", plugin=ImageSettings(say=say))
    item = {"response_type": "image", "source": "https://example.com", "title": "Card", "alt_text": "a card"}
    assert asked(handle_image, item, call) == said
