"""What a receiver is sent: how it checks who sent it, and IBM's names for what happened."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import jwt
import pytest

from switchhook import CallRecord, Options, SettingsError, TurnRecord
from switchhook_records_webhook.cdr import event
from switchhook_records_webhook.plugin import create_record_sink
from switchhook_records_webhook.signing import signature, token

SECRET = "a secret of thirty-two characters or more"


def record(**given):
    turns = [
        TurnRecord(1, "start", 0.0, said=["welcome"], latency={"assistant": 0.2, "synthesis": 0.1}),
        TurnRecord(
            2, "speech", 4.0, "x", 0.9, {"at": 2.4, "heard": 1.5}, {"assistant": 0.31, "recognition": 0.25}
        ),
        TurnRecord(3, "no_input", 12.0),
    ]
    made = {"turns": turns, "outcome": "completed", "seconds": 61.5, "dnis": "+49", "custom_data": {"a": "b"}}
    given = {"faults": [{"source": "tts", "hook": "engine", "error": "gone", "at": 1.0}], **made, **given}
    call = CallRecord("leg", "support", "2026-03-01T12:00:00.250+00:00", "talk", record_id="r-1", **given)
    return json.loads(call.line())


# --- signatures


def test_a_receiver_checks_the_signature_as_the_guide_says():
    body, at = b'{"a":1}', 1_772_366_400
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature(SECRET, at, body) == f"v1={expected}"


@pytest.mark.parametrize(("secret", "at", "body"), [("other", 1, b"x"), (SECRET, 2, b"x"), (SECRET, 1, b"y")])
def test_another_secret_time_or_body_has_another_signature(secret, at, body):
    assert signature(secret, at, body) != signature(SECRET, 1, b"x")


def test_a_token_is_one_that_a_library_for_them_accepts():
    at = 4_102_444_800
    claims = jwt.decode(token(SECRET, at), SECRET, algorithms=["HS256"], options={"verify_iat": False})
    assert claims == {"iss": "switchhook", "iat": at, "exp": at + 300}


def test_a_token_holds_no_padding():
    assert "=" not in token(SECRET, 1)
    assert base64.urlsafe_b64decode(token(SECRET, 1).split(".")[0] + "==")


# --- IBM's form


def test_a_call_has_the_names_that_consumers_know():
    payload = event(record())["payload"]
    assert payload["call"] == {
        "start_timestamp": "2026-03-01T12:00:00.250Z",
        "stop_timestamp": "2026-03-01T12:01:01.750Z",
        "milliseconds_elapsed": 61500,
        "end_reason": "assistant_hangup",
        "outbound": False,
    }
    assert payload["max_response_milliseconds"] == {
        "assistant": 310,
        "text_to_speech": 100,
        "speech_to_text": 250,
    }
    assert payload["injected_custom_data"] == {"a": "b"}
    assert payload["genesys"] == {"conversation_id": "talk", "session_id": "leg"}
    assert payload["warnings_and_errors"] == [{"id": "tts.engine", "message": "gone"}]


def test_turns_say_what_they_were_and_which_prompt_was_interrupted():
    turns = event(record())["payload"]["assistant_interaction_summaries"][0]["turns"]
    assert [turn["request"]["type"] for turn in turns] == ["start", "speech_to_text", "post_response_timeout"]
    assert turns[0]["response"][0]["barge_in_occurred"] is True
    assert turns[1]["request"]["streaming_statistics"] == {"confidence": 0.9, "response_milliseconds": 250}
    assert turns[1]["assistant"] == {
        "start_timestamp": "2026-03-01T12:00:04.250Z",
        "response_milliseconds": 310,
    }


@pytest.mark.parametrize(
    ("outcome", "reason", "transfer", "failed"),
    [
        ("completed", "assistant_hangup", False, False),
        ("handed_over", "assistant_transfer", True, False),
        ("hung_up", "caller_hangup", False, False),
        ("failed", "failed", False, True),
        ("interrupted", "failed", False, True),
    ],
)
def test_the_end_of_a_call_in_ibms_words(outcome, reason, transfer, failed):
    payload = event(record(outcome=outcome, reason="why"))["payload"]
    said = (payload["call"]["end_reason"], payload["transfer_occurred"], payload["failure_occurred"])
    assert said == (reason, transfer, failed)
    assert payload.get("failure_details") == ("why" if failed else None)


def test_a_call_without_turns_has_no_latencies():
    assert event(record(turns=[]))["payload"]["max_response_milliseconds"] == {}


# --- options


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "url"),
        ({"url": "https://x.example/", "secret": "short"}, "32 characters"),
        ({"url": "http://x.example/", "secret": SECRET}, "expected https"),
        ({"url": "https://u:p@x.example/", "secret": SECRET}, "password"),
        ({"url": "ftp://x.example/", "secret": SECRET}, "url"),
        ({"url": "https://x.example/", "secret": SECRET, "form": "xml"}, "form"),
    ],
)
def test_wrong_options_are_refused_and_show_no_secret(options, said):
    with pytest.raises(SettingsError, match="records") as raised:
        create_record_sink(Options(options, place="records", base=Path()))
    assert said in str(raised.value)
    assert SECRET not in str(raised.value)


def test_the_check_of_the_guide_accepts_what_is_sent_and_nothing_else(monkeypatch):
    guide = (Path(__file__).parents[2] / "docs/how-to/operate.md").read_text()
    [text] = [each for each in guide.split("```python\n")[1:] if "def is_genuine" in each]
    names: dict = {}
    exec(text.partition("```")[0], names)
    at = int(time.time())
    headers = {"Switchhook-Timestamp": str(at), "Switchhook-Signature": signature(SECRET, at, b"body")}
    old = {"Switchhook-Timestamp": "1", "Switchhook-Signature": signature(SECRET, 1, b"body")}
    assert names["is_genuine"](headers, b"body", SECRET)
    assert not names["is_genuine"](headers, b"bodies", SECRET)
    assert not names["is_genuine"](old, b"body", SECRET)
