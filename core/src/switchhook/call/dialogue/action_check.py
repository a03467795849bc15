"""Whether what a handler asks for can be performed: plugins are not checked by anybody before."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from math import inf, nan
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from ...contract.actions import Action, Play

ADAPTERS: dict[str, TypeAdapter[Any]] = {cls.__name__: TypeAdapter(cls) for cls in get_args(Action)}
ADAPTERS["Say"].rebuild(_types_namespace={"AudioResponse": Play})  # by now it is what was fetched for it


def _fields(value: Any) -> Any:
    """As tables: pydantic takes an instance for what it says it is."""
    if is_dataclass(value):
        return {field.name: _fields(getattr(value, field.name)) for field in fields(value)}
    return [_fields(item) for item in value] if isinstance(value, tuple | list) else value


def misfit(action: object) -> str:
    """Why it is no action; nothing when it is one and its fields have the types they should."""
    if not isinstance(action, get_args(Action)):
        return f"asked for {type(action).__name__}, which is no action"
    given = _fields(action)
    try:
        read = _fields(ADAPTERS[type(action).__name__].validate_python(given))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        return f"asked for {type(action).__name__} with a wrong {where}"
    # pydantic reads "3" as the number that it is not, and takes infinity for one
    wrong = (name for name, value in given.items() if value != read[name] or value in (inf, -inf))
    where = next(wrong, "")
    return f"asked for {type(action).__name__} with a wrong {where}" if where else ""


def seconds_of(value: object) -> float | None:
    """None: it is no time."""
    try:
        seconds = nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]  # that is what is tried
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < inf else None
