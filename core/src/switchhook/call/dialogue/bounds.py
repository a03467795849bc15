"""How much is taken of what assistants and handlers give: a model may produce text without end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from math import inf
from typing import Any, TypeVar

from pydantic import BaseModel

from ...contract.actions import (
    Action,
    Annotate,
    Choice,
    ConfigureRecognition,
    ConfigureSynthesis,
    ForceTurn,
    HandOver,
    Offer,
    Remark,
    Say,
    SetLanguage,
    SetVariables,
)
from ...contract.errors import SpeechError
from ...contract.languages import LONGEST
from ...contract.responses import OptionResponse, Response
from ...contract.speech import SpeechStarted, Transcript
from ...contract.texts import as_words
from .action_check import seconds_of

M = TypeVar("M", bound=BaseModel)

TEXT = 10_000  # bytes of UTF-8 in one text: ten minutes of sound
SAID = 30_000  # in all texts of one reply: longer than any call
RESPONSES = 20_000  # of one reply, most of which say nothing
OPTIONS = 100  # in a list of options, and entries in any other list of a response
REMARK = 1_000  # bytes of a remark
USAGE, USAGE_NAME, MOST_USED = 20, 50, 10**9  # kinds of what a reply is billed for, characters, of each
TABLE = 250_000  # characters and values in the variables, notes or parameters of one action
DEEPEST = 50  # tables within tables
LAST_WORD = 200  # characters: a text is cut at a space if there is one among the last of them

TEXTS = frozenset(
    (
        *("text", "title", "description", "alt_text", "label", "message"),
        *("message_to_human_agent", "topic", "delimiter"),
    )
)
"""Fields of responses that are spoken or shown; an address or a command is its handler's business."""


def usage_within(given: Mapping[Any, Any]) -> dict[str, int]:
    """What of it are names and counts."""
    counts = (
        (name, count)
        for name, count in given.items()
        if isinstance(name, str) and isinstance(count, int) and 0 <= count <= MOST_USED
    )
    return {name[:USAGE_NAME]: int(count) for name, count in islice(counts, USAGE)}


def cut(text: str, most: int = TEXT) -> str:
    """At most `most` bytes of the text, cut between words where there are some."""
    if 4 * len(text) <= most or (len(text) <= most and len(text.encode(errors="replace")) <= most):
        return text
    head = text[:most].encode(errors="replace")[:most].decode(errors="ignore")
    space = head.rfind(" ", len(head) - LAST_WORD)
    return head[:space] if space > 0 else head


def response_within(response: Response) -> tuple[Response, list[str]]:
    """The part of it that is taken, and remarks on what was left out."""
    remarks = [*response.misfits]
    taken = _within(response, remarks)
    if isinstance(taken, OptionResponse):
        room = TEXT
        for number, option in enumerate(taken.options):
            room -= len(option.label.encode(errors="replace"))
            if room < 0:
                remarks.append(f"the options are longer than {TEXT} bytes: the first {number} are taken")
                return taken.model_copy(update={"options": taken.options[:number]}), remarks
    return taken, remarks


def _within(model: M, remarks: list[str]) -> M:
    changed = dict[str, Any]()
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        taken: Any = None
        if isinstance(value, str) and name in TEXTS:
            taken = cut(value)
            if taken != value:
                remarks.append(f"{name}: longer than {TEXT} bytes, cut")
        elif isinstance(value, list):
            first = value[:OPTIONS]
            taken = [_within(each, remarks) if isinstance(each, BaseModel) else each for each in first]
            if len(value) > OPTIONS:
                remarks.append(f"{len(value)} {name}: the first {OPTIONS} are taken")
        elif isinstance(value, BaseModel):
            taken = _within(value, remarks)
        if taken is not None and taken != value:
            changed[name] = taken
    return model.model_copy(update=changed) if changed else model


def action_within(action: Action) -> tuple[Action, str]:  # noqa: PLR0911  # one arm for each kind
    """The part of it that is taken, and a remark on what was left out. Its fields have the right types
    already."""
    match action:
        case Say() | ForceTurn() | Remark():
            most = REMARK if isinstance(action, Remark) else TEXT
            taken = cut(action.text, most)
            if taken == action.text:
                return action, ""
            return replace(
                action, text=as_words(taken, action.text)
            ), f"a text longer than {most} bytes was cut"
        case SetLanguage():
            return SetLanguage(action.language[: LONGEST + 1]), ""  # a longer one is no tag
        case Offer():
            choices = tuple(_choices(action.choices))
            left = len(action.choices) - len(choices)
            return Offer(choices), f"{left} choices too many were left out" if left else ""
        case SetVariables() | HandOver():
            variables, why = table_within(action.variables)
            return replace(action, variables=variables), why
        case Annotate():
            values, why = table_within(action.values)
            return Annotate(values), why
        case ConfigureRecognition() | ConfigureSynthesis():
            parameters, why = table_within(action.parameters)
            return replace(action, parameters=parameters), why
        case _:
            return action, ""


def _choices(choices: tuple[Choice, ...]) -> Iterator[Choice]:
    """The first ones, as long as there is room."""
    room = TABLE
    for choice in choices[:OPTIONS]:
        room -= weight([choice.phrases, choice.input], room)
        if room < 0:
            return
        yield choice


def table_within(table: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
    """The values that there is room for, and a remark on those that were left out."""
    room, taken = TABLE, {}
    for name, value in table.items():
        size = weight([name, value], room)
        if size <= room:
            taken[name], room = value, room - size
    left = len(table) - len(taken)
    return (taken, f"{left} values too large or too deep were left out") if left else (table, "")


def weight(value: object, most: int) -> int:  # noqa: C901  # one arm for each kind
    """Characters of its texts plus the number of its values. What is too large or too deep is not counted to
    its end, and gives more than `most`."""
    size, level, depth = 0, [value], 0
    while level and size <= most:
        inner: list[object] = []
        for each in level:
            if size + len(inner) > most:
                return most + 1
            match each:  # the most frequent first: to know a Mapping or a Collection takes its time
                case None | int() | float():
                    pass
                case str() | bytes():
                    size += len(each)
                case list() | tuple() | set() | frozenset() if len(each) <= most:
                    inner += each
                case Mapping() if len(each) <= most:
                    inner += each.keys()
                    inner += each.values()
                case BaseModel():
                    inner += vars(each).values()
                case Collection() if len(each) > most:
                    return most + 1
            size += 1
        level, depth = inner, depth + 1
        if depth > DEEPEST and level:
            return most + 1
    return size


def heard_within(heard: object) -> SpeechStarted | Transcript:
    """What an engine gave, with a text no longer than anybody says in one breath. What stands beside the text
    and is not of its type counts as not said. Raises SpeechError where there is no text, or nothing heard."""
    match heard:
        case Transcript(text=str(text)):
            known = heard if _is_typed(heard) else _typed(heard)
            return replace(known, text=cut(text)) if len(text) > TEXT // 4 else known
        case SpeechStarted():
            return heard if type(heard.at) is float else SpeechStarted(seconds_of(heard.at) or 0.0)
    raise SpeechError(reason=f"it gave a {type(heard).__name__} that is nothing heard, or has no text")


def _is_typed(heard: Transcript) -> bool:
    start, end, sure = heard.start, heard.end, heard.confidence
    times = type(start) is float and type(end) is float and 0 <= start < inf and 0 <= end < inf
    return times and (sure is None or (type(sure) is float and sure >= 0)) and type(heard.raw) is dict


def _typed(heard: Transcript) -> Transcript:
    start, end, sure = map(seconds_of, (heard.start, heard.end, heard.confidence))
    raw: object = heard.raw
    told = raw if isinstance(raw, Mapping) else {}
    return Transcript(heard.text, bool(heard.final), start or 0.0, end or 0.0, sure, told)
