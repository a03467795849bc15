"""Which responses are for a telephone."""

import pytest

from switchhook import EndCall, HandOver, Say, SetBargeIn, SetListening
from switchhook_responses import (
    audio,
    connect_to_agent,
    dtmf,
    end_session,
    image,
    option,
    others,
    speech_to_text,
    start_activities,
    stop_activities,
    text,
    text_to_speech,
    user_defined,
)

from .conftest import all_of, asked

pytestmark = pytest.mark.anyio

DISABLE = {"command_info": {"type": "disable_barge_in"}}
DTMF = {"activities": [{"type": "dtmf_collection"}]}
HANDLED = {
    "text": (text.handle_text, {"text": "Hello."}, Say),
    "option": (option.handle_option, {"title": "Which one?", "options": []}, Say),
    "end_session": (end_session.handle_end_session, {}, EndCall),
    "dtmf": (dtmf.handle_dtmf, DISABLE, SetBargeIn),
    "speech_to_text": (
        speech_to_text.handle_speech_to_text,
        {"command_info": {"type": "configure", "parameters": {"narrowband_recognize": {}}}},
        object,
    ),
    "text_to_speech": (text_to_speech.handle_text_to_speech, DISABLE, SetBargeIn),
    "start_activities": (start_activities.handle_start_activities, DTMF, SetListening),
    "stop_activities": (stop_activities.handle_stop_activities, DTMF, SetListening),
    "connect_to_agent": (connect_to_agent.handle_connect_to_agent, {}, HandOver),
    "audio": (audio.handle_audio, {"source": "https://example.com/a.wav"}, object),
    "user_defined": (
        user_defined.handle_user_defined,
        {"user_defined": {"vgwAction": {"command": "vgwActHangup"}}},
        EndCall,
    ),
    "suggestion": (others.handle_unknown, {"title": "Did you mean", "suggestions": []}, Say),
}
handled = pytest.mark.parametrize("kind", HANDLED)


def channels(*names):
    return {"channels": [{"channel": name} for name in names]}


@handled
@pytest.mark.parametrize(
    "named", [{}, channels(), channels("voice_telephony"), channels("chat", "genesys_audio_connector")]
)
async def test_a_response_for_all_channels_or_for_the_telephone_is_handled(kind, named, call):
    handle, item, expected = HANDLED[kind]
    [action] = await all_of(asked(handle, {"response_type": kind, **item, **named}, call))
    assert isinstance(action, expected)


@pytest.mark.parametrize("kind", [*HANDLED, "image"])
@pytest.mark.parametrize("named", [channels("chat"), channels("slack", "text_messaging"), channels("")])
def test_a_response_for_other_channels_only_does_nothing_and_is_offered_to_nobody_else(kind, named, call):
    handle, item, _ = {**HANDLED, "image": (image.handle_image, {"title": "x"}, Say)}[kind]
    assert asked(handle, {"response_type": kind, **item, **named}, call) == []


@handled
def test_strangers_are_asked_first(kind):
    assert HANDLED[kind][0].switchhook_impl["trylast"]  # type: ignore[attr-defined]
