"""A turn in the form of the API. No sockets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import CallInfo, Turn
from switchhook_assistant_watson.message import cleaned, context_of, input_of, merged

SPEECH = Turn(2, "speech", "agent", barged_in=True)


@given(st.text())
def test_any_text_becomes_one_that_is_accepted(text):
    sent = cleaned(text)

    assert len(sent) <= 2048
    assert not set(sent) & set("\r\n\t")
    assert sent.split() == text.split() or len(" ".join(text.split())) > 2048


FLAGS = {
    "is_dtmf": False,
    "barge_in_occurred": False,
    "post_response_timeout_occurred": False,
    "final_utterance_timeout_occurred": False,
}


@pytest.mark.parametrize(
    ("turn", "flags"),
    [
        (SPEECH, {"barge_in_occurred": True}),
        (Turn(2, "digits", "12"), {"is_dtmf": True}),
        (Turn(2, "digits", "12", collected=True), {"is_dtmf": True, "dtmf_collection_succeeded": True}),
        (Turn(2, "digits", "1", collected=False), {"is_dtmf": True, "dtmf_collection_succeeded": False}),
        (Turn(2, "no_input"), {"post_response_timeout_occurred": True}),
        (Turn(2, "no_final"), {"final_utterance_timeout_occurred": True}),
    ],
)
def test_flags_are_of_this_turn(turn, flags):
    assert input_of(turn)["integrations"] == {"voice_telephony": {**FLAGS, **flags}}


@pytest.mark.parametrize(
    ("kind", "text"), [("no_input", "vgwPostResponseTimeout"), ("no_final", "vgwFinalUtteranceTimeout")]
)
def test_a_turn_of_silence_is_sent_as_the_text_that_means_it(kind, text):
    assert input_of(Turn(2, kind))["text"] == text


def test_the_recognition_s_message_goes_with_what_was_spoken():
    raw = {"results": [{"final": True}]}
    spoken = input_of(Turn(2, "speech", "agent", raw=raw))
    keyed = input_of(Turn(2, "digits", "12", raw=raw))

    assert spoken["integrations"]["voice_telephony"]["speech_to_text_result"] == raw
    assert "speech_to_text_result" not in keyed["integrations"]["voice_telephony"]


def test_what_was_heard_of_an_interrupted_reply_is_told():
    sent = input_of(Turn(2, "speech", "agent", heard="your balance is"))

    assert sent["integrations"]["voice_telephony"]["heard"] == "your balance is"


def test_an_option_is_sent_whole():
    option = {
        "text": "savings\naccount",
        "intents": [{"intent": "savings", "confidence": 1}],
        "suggestion_id": "abc",
        "options": {"debug": True, "return_context": False},
        "integrations": {"other": 1},
    }
    sent = input_of(Turn(2, "speech", "one", input=option))

    assert sent["text"] == "savings account"
    assert (sent["intents"], sent["suggestion_id"]) == (option["intents"], "abc")
    assert sent["options"] == {"debug": True, "return_context": True}
    assert sent["integrations"] == {"other": 1, "voice_telephony": FLAGS}


def test_an_option_of_any_form_can_be_sent():
    for option in ({}, {"text": 7}, {"text": None, "options": [], "integrations": "x"}):
        assert input_of(Turn(2, "speech", "one", input=option))["text"] == ""


def test_what_is_said_now_lies_over_what_was_said_before():
    kept = {
        "skills": {"main skill": {}},
        "integrations": {"genesys_audio_connector": {"old": 1}, "voice_telephony": {"a": 1}, "x": 2},
    }
    new = context_of(Turn(2, "speech", variables={"new": 2}), CallInfo("c", "s"), first=False)

    assert merged(kept, new) == {
        "skills": {"main skill": {}},
        "integrations": {
            "genesys_audio_connector": {"new": 2},
            "voice_telephony": {
                "a": 1,
                "post_response_timeout_occurred": False,
                "final_utterance_timeout_occurred": False,
            },
            "x": 2,
        },
    }
    assert merged({"integrations": None}, new)["integrations"]["genesys_audio_connector"] == {"new": 2}


@pytest.mark.parametrize(
    ("language", "locale"),
    [
        ("en-US", "en-us"),
        ("en-AU", "en-us"),
        ("en-GB", "en-gb"),
        ("es-US", "es-es"),
        ("es", "es-es"),
        ("es-419", "es-es"),
        ("zh-Hant-TW", "zh-tw"),
        ("zh", "zh-cn"),
        ("pl-PL", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_as_a_locale_that_the_service_knows(language, locale):
    context = context_of(SPEECH, CallInfo("1", "bank", language=language), first=False)
    assert context.get("global", {}) == ({"system": {"locale": locale}} if locale else {})


def test_the_locale_goes_over_that_of_an_earlier_answer_and_the_rest_stays():
    kept = {"global": {"session_id": "s", "system": {"locale": "en-us", "timezone": "GMT"}}}
    told = merged(kept, context_of(SPEECH, CallInfo("1", "bank", language="es-ES"), first=False))
    assert told["global"] == {"session_id": "s", "system": {"locale": "es-es", "timezone": "GMT"}}
