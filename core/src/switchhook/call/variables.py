"""Session variables: what the flow gave, what the assistant made of it, what the flow gets back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


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
