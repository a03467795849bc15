"""Which responses are for a telephone."""

import pytest

from switchhook import EndCall, Say, parse_response
from switchhook_responses.end_session import handle_end_session
from switchhook_responses.option import handle_option
from switchhook_responses.text import handle_text

HANDLED = [
    (handle_text, {"response_type": "text", "text": "Hello."}),
    (handle_option, {"response_type": "option", "title": "Which one?", "options": []}),
    (handle_end_session, {"response_type": "end_session"}),
]
handled = pytest.mark.parametrize(("handle", "item"), HANDLED, ids=["text", "option", "end_session"])


def channels(*names):
    return {"channels": [{"channel": name} for name in names]}


@handled
@pytest.mark.parametrize(
    "named", [{}, channels(), channels("voice_telephony"), channels("chat", "genesys_audio_connector")]
)
def test_a_response_for_all_channels_or_for_the_telephone_is_handled(handle, item, named):
    assert handle(parse_response({**item, **named})) in ([Say("Hello.")], [Say("Which one?")], [EndCall()])


@handled
@pytest.mark.parametrize("named", [channels("chat"), channels("slack", "text_messaging"), channels("")])
def test_a_response_for_other_channels_only_does_nothing_and_is_offered_to_nobody_else(handle, item, named):
    assert handle(parse_response({**item, **named})) == []


@handled
def test_strangers_are_asked_first(handle, item):
    assert handle.switchhook_impl["trylast"]
