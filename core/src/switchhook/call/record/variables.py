"""Session variables: what the flow gave, what the assistant made of it, what the flow gets back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..dialogue.events import End

AS_WANTED, WENT_WRONG = ("completed", "handed_over"), ("failed", "no_input", "max_call", "stopped")


class Reserved(NamedTuple):
    """Names of output variables that are ours alone: if somebody else sets one, it is not given back. An
    empty one is not sent, and reserves nothing."""

    outcome: str = "switchhook_outcome"
    reason: str = "switchhook_reason"
    intent: str = "Intent"  # flows made for other bots branch on it


class SessionVariables:
    """What the flow gave, as the assistant and the handlers have changed it."""

    def __init__(self, given: Mapping[str, Any], reserved: Reserved | None = None) -> None:
        self._given, self._reserved = given, reserved or Reserved()
        self._current = dict(given)
        self._set: dict[str, Any] = {}  # by handlers, in this reply: the assistant does not know of these yet
        self.current = MappingProxyType(self._current)
        """A view of them as they are now, which cannot be written to."""

    def begin_reply(self) -> None:
        self._set.clear()

    def set(self, variables: Mapping[str, Any]) -> None:
        """A handler sets these."""
        self._set.update(variables)
        self._current.update(variables)

    def replace(self, variables: Mapping[str, Any]) -> None:
        """With all that the assistant knows of; what handlers have set in this reply stays."""
        self._current.clear()
        self._current.update({**variables, **self._set})

    def outputs(self, end: End) -> tuple[dict[str, str], list[str]]:
        """What the flow gets back, and the reserved names that somebody but the flow has set, which are kept
        back. At a hand-over its handler sets `intent`, but to no word of ours for a call that went wrong."""
        reserved, free = self._reserved, to_strings({**end.variables, **self._current})
        kept_back = {name: free.pop(name) for name in reserved if name in free}
        if end.outcome not in AS_WANTED:
            told = zip(reserved, (end.outcome, end.reason, end.outcome), strict=True)
            free |= {name: value for name, value in told if name}
        handed = to_strings(end.variables).get(reserved.intent) if reserved.intent else None
        # flows compare without regard to capitals
        fair = handed is not None and handed.strip().casefold() not in WENT_WRONG
        if end.outcome == "handed_over" and handed is not None and fair:
            free[reserved.intent] = handed
            if reserved.intent not in self._current:
                del kept_back[reserved.intent]
        return free, [name for name, value in kept_back.items() if value != self._given.get(name)]


def to_strings(variables: Mapping[str, Any]) -> dict[str, str]:
    """Flows hold strings only: booleans become true and false, objects compact JSON, and None is left out."""
    return {str(name): _to_string(value) for name, value in variables.items() if value is not None}


def _to_string(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if not isinstance(value, Mapping | list | tuple | bool | int | float):
        return str(value)  # a date, for instance
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_within)
    except (TypeError, ValueError):  # keys that JSON has no form for, or a circle
        return str(value)


def _within(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else str(value)
