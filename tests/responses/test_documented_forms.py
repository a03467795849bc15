"""Each response type in the forms that IBM's documentation shows for the phone, with values of our own."""

import json

import pytest

from switchhook import (
    CallInfo,
    CollectDigits,
    ConfigureRecognition,
    ConfigureSynthesis,
    EndCall,
    ForceTurn,
    HandOver,
    Play,
    Say,
    SetBargeIn,
    SetListening,
)
from switchhook.call.dialogue.events import NotPerformed

from .conftest import performed

pytestmark = pytest.mark.anyio
PHONE = '"channels": [{"channel": "voice_telephony"}]'
NOT_FETCHED = NotPerformed(1, "audio", "the plugin has not been started", failed=True)

FORMS = [
    ('{"response_type": "text", "text": "Hello."}', [Say("Hello.")]),
    (
        '{"response_type": "text", "values": [{"text": "You have ended the call."}]}',
        [Say("You have ended the call.")],
    ),
    (
        (
            '{"response_type": "text", "values": [{"text_expression": {"concat": [{"scalar": "Hello, "}, '
            '{"scalar": "caller."}]}}], "selection_policy": "sequential"}'
        ),
        [Say("Hello, caller.")],
    ),
    (
        (
            '{"response_type": "dtmf", "command_info": {"type": "collect", "parameters": {"termination_key": "#", '
            f'"count": 16, "ignore_speech": true}}}}, {PHONE}}}'
        ),
        [CollectDigits(16, termination_key="#", ignore_speech=True)],
    ),
    (
        (
            '{"response_type": "dtmf", "command_info": {"type": "collect", "parameters": {"termination_key": "#", '
            '"count": "16", "ignore_speech": "true", "inter_digit_timeout_count": "3000"}}}'
        ),
        [CollectDigits(16, termination_key="#", inter_digit_timeout=3.0, ignore_speech=True)],
    ),
    (
        (
            '{"response_type": "dtmf", "command_info": {"type": "send", "parameters": {"digits": [{"code": "9", '
            f'"volume": -8}}, {{"code": "11"}}], "send_interval": 100}}}}, {PHONE}}}'
        ),
        [Play],
    ),
    (
        '{"response_type": "dtmf", "command_info": {"type": "disable_barge_in"}, ' + PHONE + "}",
        [SetBargeIn(digits=False)],
    ),
    (
        '{"response_type": "speech_to_text", "command_info": {"type": "configure", "parameters": '
        '{"narrowband_recognize": {"model": "es-ES_Telephony", "smart_formatting": true}}}, ' + PHONE + "}",
        [ConfigureRecognition({"model": "es-ES_Telephony", "smart_formatting": True})],
    ),
    (
        (
            '{"response_type": "speech_to_text", "command_info": {"type": "configure", "parameters": '
            '{"update_strategy": "merge_once", "narrowband_recognize": {"x-watson-learning-opt-out": true, '
            '"grammar_name": "names", "language_customization_id": "an-id"}}}}'
        ),
        [
            ConfigureRecognition(
                {
                    "x-watson-learning-opt-out": True,
                    "grammar_name": "names",
                    "language_customization_id": "an-id",
                },
                "merge_once",
            )
        ],
    ),
    (
        (
            '{"response_type": "speech_to_text", "command_info": {"type": "configure", "parameters": '
            '{"band_preference": "broadband", "broadband_recognize": {"model": "es-ES_Multimedia"}, '
            '"narrowband_recognize": {"model": "es-ES_Telephony"}}}}'
        ),
        [ConfigureRecognition({"model": "es-ES_Telephony"})],
    ),
    (
        '{"response_type": "text_to_speech", "command_info": {"type": "configure", "parameters": '
        '{"synthesize": {"voice": "en-US_LisaV3Voice"}}}, ' + PHONE + "}",
        [ConfigureSynthesis({"voice": "en-US_LisaV3Voice"})],
    ),
    (
        '{"response_type": "text_to_speech", "command_info": {"type": "enable_barge_in"}}',
        [SetBargeIn(speech=True)],
    ),
    (
        '{"response_type": "start_activities", "activities": [{"type": "speech_to_text_recognition"}], '
        + PHONE
        + "}",
        [SetListening(speech=True)],
    ),
    (
        '{"response_type": "stop_activities", "activities": [{"type": "dtmf_collection"}]}',
        [SetListening(digits=False)],
    ),
    (
        (
            '{"response_type": "connect_to_agent", "message_to_human_agent": "A lost card.", "agent_available": '
            '{"message": "Please wait."}, "agent_unavailable": {"message": "Nobody is there."}, "transfer_info": '
            '{"target": {"service_desk": {"sip": {"uri": "sip:12223334444\\\\@example.com", '
            '"transfer_headers_send_method": "refer_to_header"}}}}}'
        ),
        [Say("Please wait."), HandOver],
    ),
    (
        (
            '{"response_type": "end_session", "channel_options": {"voice_telephony": {"sip": {"headers": '
            '[{"name": "Customer-Header1", "value": "Some-Custom-Info"}]}}}}'
        ),
        [EndCall()],
    ),
    (
        '{"user_defined": {"vgwAction": {"command": "vgwActForceNoInputTurn"}}, "response_type": "user_defined"}',
        [ForceTurn("vgwNoInputTurn")],
    ),
    (
        (
            '{"source": "https://example.com/music.wav", "response_type": "audio", "channel_options": '
            '{"voice_telephony": {"loop": true}}}'
        ),
        [NOT_FETCHED],
    ),
    (
        (
            '{"response_type": "user_defined", "user_defined": {"vgwActionSequence": [{"command": '
            '"vgwActCollectDTMF", "parameters": {"dtmfTermKey": "#", "dtmfCount": 12, "dtmfIgnoreSpeech": true}}, '
            '{"command": "vgwActPlayText"}]}}'
        ),
        [CollectDigits(12, termination_key="#", ignore_speech=True)],
    ),
]


@pytest.mark.parametrize(("form", "actions"), FORMS, ids=range(len(FORMS)))
async def test_a_documented_form_is_performed(form, actions):
    done = await performed(json.loads(form), CallInfo("1", "bank"))
    assert len(done) == len(actions)
    for action, expected in zip(done, actions, strict=True):
        assert isinstance(action, expected) if isinstance(expected, type) else action == expected
