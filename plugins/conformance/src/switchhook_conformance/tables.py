"""What a server may send: every field of every message. Production refuses a message with another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Check = Callable[[Any], bool]
Fields = Mapping[str, tuple[bool, Check]]  # required or not, and what it must be

DURATION = re.compile(r"PT(\d*\.)?\d+S")


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _duration(value: Any) -> bool:
    return isinstance(value, str) and DURATION.fullmatch(value) is not None


def _texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _list_of(check: Check) -> Check:
    return lambda value: isinstance(value, list) and all(check(each) for each in value)


def _fraction(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


MEDIA: Fields = {
    "type": (True, lambda v: v == "audio"),
    "format": (True, lambda v: v in ("PCMU", "L16")),
    "channels": (True, _list_of(lambda v: v in ("external", "internal"))),
    "rate": (True, lambda v: v == 8000),
}
TURN: Fields = {
    "disposition": (True, lambda v: v in ("match", "no_match", "no_input")),
    "text": (False, _text),
    "confidence": (False, _fraction),
}


def _media(value: Any) -> bool:
    return not wrong(value, MEDIA)


def _entity(value: Any) -> bool:
    if wrong(value, {"type": (True, _text), "data": (True, lambda _: True)}):
        return False
    if value["type"] == "barge_in":
        return bool(value["data"] == {})
    return value["type"] != "bot_turn_response" or not wrong(value["data"], TURN)


PARAMETERS: Mapping[str, Fields] = {
    "opened": {
        "media": (True, lambda v: _list_of(_media)(v) and len(v) <= 1),
        "startPaused": (False, lambda v: isinstance(v, bool)),
        "discardTo": (False, _duration),
        "supportedLanguages": (False, _list_of(_text)),
    },
    "pong": {},
    "closed": {},
    "updated": {},
    "pause": {},
    "resume": {},
    "event": {"entities": (True, lambda v: _list_of(_entity)(v) and len(v) > 0)},
    "disconnect": {
        "reason": (True, lambda v: v in ("completed", "unauthorized", "error")),
        "info": (False, _text),
        "outputVariables": (False, _texts),
    },
}
ENVELOPE: Fields = {
    "version": (True, lambda v: v == "2"),
    "id": (True, _text),
    "type": (True, lambda v: v in PARAMETERS),
    "seq": (True, _count),
    "clientseq": (True, _count),
    "parameters": (True, lambda v: isinstance(v, dict)),
}


def wrong(value: Any, fields: Fields) -> str:
    """What is wrong with an object; nothing if it has all it must have and nothing else."""
    if not isinstance(value, dict):
        return "no object"
    for name in value:
        if name not in fields:
            return f"a field {name!r} that no table lists"
    for name, (required, check) in fields.items():
        if name not in value:
            if required:
                return f"no {name!r}"
        elif not check(value[name]):
            return f"{name!r} of {value[name]!r:.80}"
    return ""


def wrong_message(message: Any, offers: Sequence[Any] = ()) -> str:
    """Of a whole message. One of the media that were offered is right, whatever else is written in it."""
    if found := wrong(message, ENVELOPE):
        return found
    kind, parameters = message["type"], message["parameters"]
    media = parameters.get("media")
    if isinstance(media, list) and len(media) == 1 and media[0] in offers:
        parameters = {**parameters, "media": []}
    found = wrong(parameters, PARAMETERS[kind])
    return f"{kind} with {found}" if found else ""
