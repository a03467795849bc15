"""The parameters of what a server sends: just the fields that the protocol lists, and bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .durations import format_duration
from .media import Media
from .messages import MAX_SENT
from .variables import as_texts, those_that_fit

INFO_LENGTH = 255  # characters; Genesys logs them
TEXT_LENGTH = 10_000  # characters of a turn's text: any of them fit into one message
FRAME_OF_DISCONNECT = 2_048  # bytes that hold all of a disconnect but its variables


def opened(
    media: Media | None, start_paused: bool, discard_to: float, languages: Sequence[str] | None
) -> dict[str, object]:
    """Languages: None where the client has not asked; who has gets a list, if an empty one."""
    parameters: dict[str, object] = {"startPaused": start_paused}
    parameters["media"] = [media.to_json()] if media else []
    if discard_to:
        parameters["discardTo"] = format_duration(discard_to)
    if languages is not None:
        parameters["supportedLanguages"] = list(languages)
    return parameters


def turn_response(disposition: str, text: str, confidence: float | None) -> dict[str, object]:
    data: dict[str, object] = {"disposition": disposition}
    if text:
        data["text"] = text[:TEXT_LENGTH]
    if confidence is not None and 0 <= confidence <= 1:
        data["confidence"] = confidence
    return data


def transcript(
    utterance_id: str, text: str, offset: float, duration: float, confidence: float
) -> dict[str, object]:
    words = {"type": "display", "transcript": text[:TEXT_LENGTH]}
    return {
        "id": utterance_id,
        "channelId": 0,
        "isFinal": True,
        "offset": format_duration(offset),
        "duration": format_duration(duration),
        "alternatives": [{"confidence": confidence, "interpretations": [words]}],
    }


def disconnect(
    reason: str, info: str, output_variables: Mapping[str, object]
) -> tuple[dict[str, object], list[str]]:
    """And the names of variables that did not fit."""
    parameters: dict[str, object] = {"reason": reason}
    variables, left_out = those_that_fit(as_texts(output_variables), MAX_SENT - FRAME_OF_DISCONNECT)
    note = f"{len(left_out)} output variables were too long to send" if left_out else ""
    if told := "; ".join(part for part in (info[:INFO_LENGTH], note) if part):
        parameters["info"] = told
    if variables:
        parameters["outputVariables"] = variables
    return parameters, left_out
