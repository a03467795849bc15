"""A call's dialogue events as JSON lines: written as they happen, read back to run them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

from pydantic import TypeAdapter

from ..actions import Action, HandOver, Offer, Play, Say, SetVariables
from ..leg import Digit
from ..masking import DIGIT, Mask
from ..speech import Transcript
from .events import ActionDue, Event
from .fitting import ADAPTERS

_EVENTS = {cls.__name__: TypeAdapter(cls) for cls in get_args(Event) if cls is not ActionDue}


def masked(event: Event, mask: Mask, *, hidden: bool = False) -> Event:
    """`hidden`: no key may be shown, whatever the mask shows."""
    match event:
        case Digit():
            return replace(event, key=DIGIT if hidden else mask.digits(event.key))
        case Transcript():
            return replace(event, text=mask.words(event.text), raw={})
        case ActionDue():
            return replace(event, action=_masked_action(event.action, mask))
        case _:
            return event


def _masked_action(action: Action, mask: Mask) -> Action:
    match action:
        case Say():
            return Say(mask.words(action.text))
        case SetVariables() | HandOver():
            return type(action)(mask.variables(action.variables))
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
    line = {"time": round(at, 3), **_tagged(event)}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _tagged(value: Event | Action) -> dict[str, Any]:
    named = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, ActionDue):
        named["action"] = _tagged(value.action)
    return {"type": type(value).__name__, **named}


def _plain(value: Any) -> Any:
    """What JSON has no form for."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, bytes):
        return ""
    return dict(value) if isinstance(value, Mapping) else str(value)


def read(lines: Iterable[str]) -> Iterator[tuple[float, Event]]:
    """Raises ValueError for a line that is none of ours."""
    for line in lines:
        try:
            item = json.loads(line)
            at, kind = float(item.pop("time")), item.pop("type")
            yield at, _action_due(item) if kind == "ActionDue" else _EVENTS[kind].validate_python(item)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not an event of a call: {line[:80]!r}") from error


def _action_due(item: dict[str, Any]) -> ActionDue:
    action = item.pop("action")
    kind = action.pop("type")
    return ActionDue(action=ADAPTERS[kind].validate_python(action), **item)


class Journal:
    """Masks, and hands each line to `write`. Off, it costs nothing."""

    def __init__(self, write: Callable[[str], None] | None, mask: Mask) -> None:
        self._write, self._mask = write, mask

    def note(self, at: float, event: Event, *, hidden: bool = False) -> None:
        if self._write is not None:
            self._write(to_line(at, masked(event, self._mask, hidden=hidden)))
