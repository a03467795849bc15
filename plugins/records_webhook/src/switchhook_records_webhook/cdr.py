"""A record in the form of IBM's call detail records: the names that their consumers know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

END_REASONS = {
    "completed": "assistant_hangup",
    "handed_over": "assistant_transfer",
    "hung_up": "caller_hangup",
}
"""By outcome; any other is `failed`."""
REQUESTS = {
    "start": "start",
    "speech": "speech_to_text",
    "digits": "dtmf",
    "no_input": "post_response_timeout",
    "no_final": "final_utterance_timeout",
    "forced": "no_input_turn",
}
LATENCIES = {"assistant": "assistant", "text_to_speech": "synthesis", "speech_to_text": "recognition"}


def event(record: Mapping[str, Any]) -> dict[str, Any]:
    """What is posted. What a record does not know is left out."""
    return {"event": {"name": "cdr_logged"}, "payload": _payload(record)}


def _payload(record: Mapping[str, Any]) -> dict[str, Any]:
    began = datetime.fromisoformat(record["started"]).astimezone(UTC)
    outcome, turns = record["outcome"], record["turns"]
    failed = outcome not in END_REASONS
    return {
        "primary_phone_number": record["dnis"],
        "global_session_id": record["record_id"],
        "failure_occurred": failed,
        **({"failure_details": record["reason"] or outcome} if failed else {}),
        "transfer_occurred": outcome == "handed_over",
        "x-global-sip-trunk-call-id": record["conversation_id"],
        "call": {
            "start_timestamp": _time(began, 0),
            "stop_timestamp": _time(began, record["seconds"]),
            "milliseconds_elapsed": _ms(record["seconds"]),
            "end_reason": END_REASONS.get(outcome, "failed"),
            "outbound": False,
        },
        "max_response_milliseconds": {
            name: _ms(max(each["latency"].get(stage, 0.0) for each in turns))
            for name, stage in LATENCIES.items()
            if any(stage in each["latency"] for each in turns)
        },
        "assistant_interaction_summaries": [
            {"session_id": record["id"], "turns": list(_turns(began, turns))},
        ],
        "injected_custom_data": record["custom_data"],
        "warnings_and_errors": [
            {"id": f"{each['source']}.{each['hook']}", "message": str(each["error"])}
            for each in record["faults"]
        ],
        "genesys": {"conversation_id": record["conversation_id"], "session_id": record["id"]},
    }


def _turns(began: datetime, turns: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for at, turn in enumerate(turns):
        latency = turn["latency"]
        interrupted = at + 1 < len(turns) and turns[at + 1]["barge_in"] is not None
        statistics: dict[str, Any] = {}
        if turn["confidence"] is not None:
            statistics["confidence"] = turn["confidence"]
        if "recognition" in latency:
            statistics["response_milliseconds"] = _ms(latency["recognition"])
        said = {"type": "text_to_speech", "barge_in_occurred": interrupted}
        if "synthesis" in latency:
            said["streaming_statistics"] = {"response_milliseconds": _ms(latency["synthesis"])}
        yield {
            "assistant": {
                "start_timestamp": _time(began, turn["at"]),
                **({"response_milliseconds": _ms(latency["assistant"])} if "assistant" in latency else {}),
            },
            "request": {
                "type": REQUESTS.get(turn["kind"], turn["kind"]),
                **({"streaming_statistics": statistics} if statistics else {}),
            },
            "response": [said] if turn["said"] else [],
        }


def _ms(seconds: float) -> int:
    return round(seconds * 1000)


def _time(began: datetime, seconds: float) -> str:
    moment = began + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
