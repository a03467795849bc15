"""Session variables: what the flow gave, what the assistant made of it, what the flow gets back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..dialogue.events import End

AS_WANTED, WENT_WRONG = ("completed", "handed_over"), ("failed", "no_input", "max_call", "stopped")


class Reserved(NamedTuple):
    """Names of output variables that are ours alone: whoever else sets one, it is not given back. An empty
    one is not sent, and reserves nothing."""

    outcome: str = "switchhook_outcome"
    reason: str = "switchhook_reason"
    intent: str = "Intent"  # flows made for other bots branch on it


def outputs(
    end: End, variables: Mapping[str, Any], reserved: Reserved
) -> tuple[dict[str, str], dict[str, str]]:
    """What the flow gets back; and what was set under reserved names, which it does not. A hand-over is what
    its handler says under `intent`, as long as that is no word of ours for a call that went wrong."""
    free = to_strings({**end.variables, **variables})
    set_by_others = {name: free.pop(name) for name in reserved if name in free}
    if end.outcome not in AS_WANTED:
        told = zip(reserved, (end.outcome, end.reason, end.outcome), strict=True)
        return free | {name: value for name, value in told if name}, set_by_others
    handed = to_strings(end.variables).get(reserved.intent) if reserved.intent else None
    if end.outcome == "handed_over" and handed is not None and handed not in WENT_WRONG:
        free[reserved.intent] = handed
        if reserved.intent not in variables:
            del set_by_others[reserved.intent]
    return free, set_by_others


def to_strings(variables: Mapping[str, Any]) -> dict[str, str]:
    """Flows hold strings only: booleans become true and false, objects compact JSON, nothing is left out but
    None."""
    return {str(name): _to_string(value) for name, value in variables.items() if value is not None}


def _to_string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (TypeError, ValueError):  # keys that JSON has no form for, or a circle
        return str(value)
