"""Types beyond the twelve that can be said: pause, suggestion, search, conversation_search.

What is made for the eye alone (video, table, card and the like) is left to others, and reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from switchhook import (
    Action,
    CallInfo,
    OptionResponse,
    Play,
    Remark,
    UnknownResponse,
    hookimpl,
    parse_response,
    sentence_ends,
    wav_file,
)

from .channels import TELEPHONE
from .commands import CommandParameters, read
from .option import MOST, read_out
from .speaking import said

MOST_SPOKEN = 1_500  # characters of a search result: about two minutes
LONGEST_PAUSE = 10_000  # milliseconds
RATE = 8000


class Pause(CommandParameters):
    time: int = Field(0, ge=0)


@hookimpl(trylast=True)
def handle_unknown(response: UnknownResponse, call: CallInfo) -> list[Action] | None:
    raw = response.raw
    if not _is_for_telephone(raw):
        return []
    match response.response_type:
        case "pause":
            return _pause(raw)
        case "suggestion":
            return _suggestion(raw, call)
        case "search":
            return _say(_search(raw))
        case "conversation_search":
            return _say(_text(raw, "text"))
        case _:
            return None


def _is_for_telephone(raw: Mapping[str, Any]) -> bool:
    channels = raw.get("channels")
    if not isinstance(channels, list) or not channels:
        return True
    names = (each.get("channel") if isinstance(each, dict) else each for each in channels)
    return any(isinstance(name, str) and name in TELEPHONE for name in names)


def _pause(raw: Mapping[str, Any]) -> list[Action]:
    asked = read(Pause, raw, "pause")
    if isinstance(asked, Remark):
        return [asked]
    silence = bytes(2 * RATE * min(asked.time, LONGEST_PAUSE) // 1000)
    return [Play(wav_file(silence, RATE), "pause")] if asked.time else []


def _suggestion(raw: Mapping[str, Any], call: CallInfo) -> list[Action] | None:
    """It has the form of an `option`, with another name for the list."""
    given = raw.get("suggestions")
    items = given[: MOST + 1] if isinstance(given, list) else given
    lists = parse_response({"response_type": "option", "title": raw.get("title"), "options": items})
    if not isinstance(lists, OptionResponse):
        return None
    remarks = [Remark(f"suggestion: {each}") for each in lists.misfits]
    return [*read_out(call, "suggestion", lists.title, "", lists.options), *remarks]


def _search(raw: Mapping[str, Any]) -> str:
    """The header and the first result, as IBM's phone channel reads them; a long one is cut at the end of a
    sentence."""
    results = raw.get("primary_results")
    first = results[0] if isinstance(results, list) and results else {}
    body = _text(first, "body") if isinstance(first, dict) else ""
    return "\n".join(part for part in (_text(raw, "header"), body) if part)


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def _say(text: str) -> list[Action]:
    return said(_shortened(text))


def _shortened(text: str) -> str:
    if len(text) <= MOST_SPOKEN:
        return text
    head = text[:MOST_SPOKEN]
    ends = list(sentence_ends(head))
    return head[: ends[-1]] if ends else head[: head.rfind(" ")]
