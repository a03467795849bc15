"""Messages of Assistant v2 as turns of a conversation, and back. No I/O."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from switchhook import ReplyContext, Response, Turn, UnknownResponse

from .answers import Refusal

LONGEST_TEXT = 2048  # characters
LARGEST_CONTEXT = {"stateful": 100_000, "stateless": 250_000}  # bytes of JSON
RESERVED = {
    "vgwPostResponseTimeout": "no_input",
    "vgwFinalUtteranceTimeout": "no_final",
    "vgwNoInputTurn": "forced",
}
SILENT = ("no_input", "no_final")  # the text only says so
SENT_ALONE = frozenset(("text", "message_type", "options", "integrations"))  # nothing of a chosen option

Json = dict[str, Any]


def checked(body: object) -> Json:
    """The message, as far as it can be read. Raises Refusal."""
    if not isinstance(body, dict):
        raise Refusal(400, "Invalid JSON in request body")
    message = table(body, "input")
    text = message.get("text", "")
    if not isinstance(text, str):
        raise Refusal(400, "input.text must be a string")
    if len(text) > LONGEST_TEXT:
        raise Refusal(400, f"input.text cannot be longer than {LONGEST_TEXT} characters.")
    if re.search(r"[\r\n\t]", text):
        raise Refusal(400, "input.text cannot contain new line, carriage return or tab characters.")
    return message


def table(parent: Mapping[str, Any], name: str) -> Json:
    """Raises Refusal for anything but an object."""
    found = parent.get(name)
    if found is not None and not isinstance(found, dict):
        raise Refusal(400, f"{name} must be an object")
    return found or {}


def merged(stored: Json, given: Json) -> Json:
    """As the service does it: objects are merged key by key, all else is replaced."""
    result = dict(stored)
    for name, value in given.items():
        old = result.get(name)
        result[name] = merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def check_size(context: Json, kind: str) -> None:
    if len(json.dumps(context).encode()) > LARGEST_CONTEXT[kind]:
        raise Refusal(400, f"Context size exceeds the limit of {LARGEST_CONTEXT[kind] // 1000} KB")


def turn_of(message: Json, context: Json, number: int) -> Turn:
    """`context` is the merged one."""
    text = message.get("text", "")
    given = dict(table(table(message, "integrations"), "voice_telephony"))
    raw = given.pop("speech_to_text_result", None)
    if not text:
        kind: Any = "start" if number == 1 else "follow_up"
    elif given.get("is_dtmf") is True:
        kind = "digits"
    else:
        kind = RESERVED.get(text, "speech")
    collected = given.get("dtmf_collection_succeeded")
    chosen = set(message) - SENT_ALONE
    return Turn(
        number,
        kind,
        "" if kind in SILENT else text,
        input={name: message[name] for name in message if name not in ("options", "integrations")}
        if chosen
        else None,
        barged_in=given.get("barge_in_occurred") is True,
        collected=collected if isinstance(collected, bool) else None,
        variables=table(table(context, "integrations"), "genesys_audio_connector"),
        raw=raw if isinstance(raw, dict) else {},
    )


def written(response: Response) -> Json:
    """An item of `output.generic`, with the fields it was made of and no others."""
    if isinstance(response, UnknownResponse):
        return response.raw
    return response.model_dump(mode="json", exclude_unset=True)


def output(items: Sequence[Json], turn: Turn, *, matched: bool) -> Json:
    """Which intent was matched is not known here; that one was, is what clients look for."""
    understood = matched and turn.kind in ("speech", "digits")
    intents = [{"intent": "emulated", "confidence": 1.0, "skill": "actions skill"}] if understood else []
    return {"intents": intents, "entities": [], "generic": list(items)}


def after(context: Json, reply: ReplyContext, session_id: str, number: int) -> Json:
    """The context when the reply is complete."""
    telephony: Json = {}
    if reply.post_response_timeout is not None:
        telephony["post_response_timeout_count"] = round(reply.post_response_timeout * 1000)
    if reply.final_utterance_timeout is not None:
        telephony["final_utterance_timeout_count"] = round(reply.final_utterance_timeout * 1000)
    system = {"turn_count": number, "skip_user_input": reply.follow_up}
    result = merged(context, {"global": {"system": system, "session_id": session_id}})
    if telephony:
        result = merged(result, {"integrations": {"voice_telephony": telephony}})
    if reply.variables is not None:
        integrations = {**result.get("integrations", {}), "genesys_audio_connector": dict(reply.variables)}
        result = {**result, "integrations": integrations}
    if not reply.follow_up:
        del result["global"]["system"]["skip_user_input"]
    return result
