"""A call's dialogue events as JSON lines: written as they happen, read back to run them again.

The first line says what the dialogue was made of, the line after an event which effects it had.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

from pydantic import TypeAdapter

from ...contract.actions import Action, Annotate, HandOver, Offer, Play, Say, SetVariables
from ...contract.leg import Digit
from ...contract.speech import Transcript
from ...contract.visible import UNSEEN, visible_json
from ..dialogue.action_check import ADAPTERS
from ..dialogue.barge_in import words_of
from ..dialogue.events import ActionDue, Effect, Event, ReplyEnded, Speaks
from ..dialogue.limits import Limits
from .masking import DIGIT, HIDDEN, Mask

CALL, EFFECTS, SCHEMA = "Call", "Effects", 1
SIGNS = "*#"  # keys that are no digits: they end a number, and tell nothing of it

_RENAMED = {("Faulted", "alone"): "retried"}  # fields, as older files call them
_EVENTS = {cls.__name__: TypeAdapter(cls) for cls in get_args(Event) if cls is not ActionDue}


def masked(
    event: Event, mask: Mask, *, hidden: bool = False, harmless: Collection[str] = (), hint: str = ""
) -> Event:
    """`hidden`: no digit and no word may be shown, whatever the mask shows. `harmless`: words that mean
    nothing, as `words_of` gives them, and are shown. What is hidden has as many words as before. `hint`: what
    the dialogue made of the event, if it could not make that of the masked one."""
    match event:
        case Digit():
            shown = event.key in SIGNS or not (hidden or mask.digits(event.key) != event.key)
            return replace(event, key=event.key if shown else DIGIT + hint)
        case Transcript() if hint and (hidden or mask.words(event.text) != event.text):
            return replace(event, text="", raw={})
        case Transcript():
            aside = bool(harmless) and words_of(event.text) in harmless
            shown_text = event.text if aside else _words(event.text, mask, hidden)
            return replace(event, text=shown_text, raw={})
        case ActionDue():
            return replace(event, action=_masked_action(event.action, mask))
        case ReplyEnded() if event.custom_data:
            return replace(event, custom_data=mask.variables(event.custom_data))
        case _:
            return event


def _words(text: str, mask: Mask, hidden: bool) -> str:
    shown = HIDDEN if hidden else mask.words(text)
    return " ".join([HIDDEN] * len(text.split())) if shown == HIDDEN else shown


def _masked_action(action: Action, mask: Mask) -> Action:
    match action:
        case Say():
            otherwise = replace(action.otherwise, wav=b"") if isinstance(action.otherwise, Play) else None
            return replace(action, text=mask.said(action.text), otherwise=otherwise)
        case SetVariables() | HandOver():
            return type(action)(mask.variables(action.variables))
        case Annotate():
            return Annotate(mask.variables(action.values))
        case Play():
            return replace(action, wav=b"")
        case Offer():
            hidden = (
                replace(c, phrases=tuple(map(mask.words, c.phrases)), input=mask.variables(c.input))
                for c in action.choices
            )
            return Offer(tuple(hidden))
        case _:
            return action


def to_line(at: float, event: Event) -> str:
    """`at`: seconds since the call began, in the line as `time`."""
    line = _line(at, _tagged(event))
    return visible_json(line) if UNSEEN.search(line) else line


def _line(at: float, values: Mapping[str, Any]) -> str:
    return _as_json({"time": round(at, 6), **values})


def _tagged(value: Event | Action) -> dict[str, Any]:
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, ActionDue):
        named["action"] = _tagged(value.action)
    return {"type": type(value).__name__, **named}


def _plain(value: Any) -> Any:
    """In JSON, a value that JSON has no form for."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, bytes):
        return ""
    if isinstance(value, frozenset):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else str(value)


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def read(lines: Iterable[str]) -> Iterator[tuple[float, Event]]:
    """The events alone. Raises ValueError for a line that is none of ours."""
    for line in lines:
        try:
            item = json.loads(line)
            at, kind = float(item.pop("time")), item.pop("type")
            if kind in (CALL, EFFECTS):
                continue
            item = {_RENAMED.get((kind, name), name): value for name, value in item.items()}
            yield at, _action_due(item) if kind == "ActionDue" else _EVENTS[kind].validate_python(item)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not an event of a call: {line[:80]!r}") from error


def _action_due(item: dict[str, Any]) -> ActionDue:
    action = item.pop("action")
    kind = action.pop("type")
    return ActionDue(action=ADAPTERS[kind].validate_python(action), **item)


class EventsFile:
    """Masks, and hands each line to `write`."""

    def __init__(self, write: Callable[[str], None], mask: Mask, harmless: Collection[str] = ()) -> None:
        self._write, self._mask, self._harmless = write, mask, harmless

    def begin(self, connector: str, limits: Limits, spoken: Speaks) -> None:
        made = {"type": CALL, "schema": SCHEMA, "connector": connector, "limits": limits}
        made |= {field.name: getattr(spoken, field.name) for field in fields(spoken)}
        self._write(visible_json(_line(0.0, made)))

    def note(
        self, at: float, event: Event, effects: Sequence[Effect] = (), *, hidden: bool = False, hint: str = ""
    ) -> None:
        event = masked(event, self._mask, hidden=hidden, harmless=self._harmless, hint=hint)
        self._write(to_line(at, event))
        if effects:
            self._write(_line(at, {"type": EFFECTS, "names": [type(effect).__name__ for effect in effects]}))
