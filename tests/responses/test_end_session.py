"""The end of the assistant's part."""

from switchhook import EndCall, parse_response
from switchhook_responses.end_session import handle_end_session


def test_the_end_of_a_session_ends_the_call():
    assert handle_end_session(parse_response({"response_type": "end_session"})) == [EndCall()]


def test_headers_for_other_carriers_do_not_matter():
    headers = {"voice_telephony": {"sip": {"headers": [{"name": "User-to-User", "value": "x"}]}}}
    response = parse_response({"response_type": "end_session", "channel_options": headers})

    assert handle_end_session(response) == [EndCall()]
