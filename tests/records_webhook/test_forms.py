"""What a receiver is sent: how it checks who sent it, and IBM's names for what happened."""

import base64
import json
from pathlib import Path

import pytest
from standardwebhooks import WebhookVerificationError

from switchhook import CallRecord, Options, SettingsError, TurnRecord
from switchhook_http import key_in, signed
from switchhook_records_webhook.cdr import event
from switchhook_records_webhook.plugin import create_record_sink

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


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
        ({"url": "https://x.example/", "secret": "short"}, "24 to 64 random bytes"),
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


def test_the_check_of_the_guide_accepts_what_is_sent_and_nothing_else():
    guide = (Path(__file__).parents[2] / "docs/how-to/operate.md").read_text()
    [text] = [each for each in guide.split("```python\n")[1:] if "def record_of" in each]
    names: dict = {}
    exec(text.partition("```")[0], names)
    headers = signed(key_in(SECRET), "r-1", b'{"id": 1}')
    assert names["record_of"](headers, b'{"id": 1}', SECRET) == {"id": 1}
    for other in (headers | {"webhook-timestamp": "1"}, headers | {"webhook-id": "r-2"}):
        with pytest.raises(WebhookVerificationError):
            names["record_of"](other, b'{"id": 1}', SECRET)
    with pytest.raises(WebhookVerificationError):
        names["record_of"](headers, b'{"id": 2}', SECRET)
