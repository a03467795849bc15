"""A call's dialogue events as JSON lines: written as they happen, read back to run them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, is_dataclass, replace
from typing import Any, get_args

from pydantic import TypeAdapter

from ..actions import Action, HandOver, Play, Say, SetVariables
from ..leg import Digit
from ..masking import Mask
from ..speech import Transcript
from .events import ActionDue, Event

_TYPES = {cls.__name__: cls for cls in (*get_args(Event), *get_args(Action))}


def masked(event: Event, mask: Mask) -> Event:
    match event:
        case Digit():
            return replace(event, key=mask.digits(event.key))
        case Transcript():
            return replace(event, text=mask.words(event.text), raw={})
        case ActionDue(action=Say() as say):
            return replace(event, action=Say(mask.words(say.text)))
        case ActionDue(action=SetVariables() | HandOver() as action):
            return replace(event, action=type(action)(mask.variables(action.variables)))
        case ActionDue(action=Play() as play):
            return replace(event, action=Play(b"", play.name))
        case _:
            return event


def to_line(at: float, event: Event) -> str:
    """`at`: seconds since the call began, in the line as `time`."""
    return json.dumps({"time": round(at, 3), **_tagged(event)}, ensure_ascii=False, separators=(",", ":"))


def _tagged(value: Any) -> dict[str, Any]:
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {
        "type": type(value).__name__,
        **{name: _tagged(v) if type(v).__name__ in _TYPES else _plain(v) for name, v in fields.items()},
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, bytes):
        return ""
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def read(lines: Iterable[str]) -> Iterator[tuple[float, Event]]:
    """Raises ValueError for a line that is none of ours."""
    for line in lines:
        item = json.loads(line)
        yield item.pop("time"), _value(item)


def _value(item: dict[str, Any]) -> Any:
    cls = _TYPES[item["type"]]
    fields = {
        name: _value(value) if isinstance(value, dict) and value.get("type") in _TYPES else value
        for name, value in item.items()
        if name != "type"
    }
    return TypeAdapter(cls).validate_python(fields)


class Journal:
    """Masks, and hands each line to `write`. Off, it costs nothing."""

    def __init__(self, write: Callable[[str], None] | None, mask: Mask) -> None:
        self._write, self._mask = write, mask

    def note(self, at: float, event: Event) -> None:
        if self._write is not None:
            self._write(to_line(at, masked(event, self._mask)))
