"""Checks whether what a handler asks for can be performed. Nobody has checked before what plugins give."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import lru_cache
from math import inf, nan
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from ...contract.actions import Action, Play

ADAPTERS: dict[str, TypeAdapter[Any]] = {cls.__name__: TypeAdapter(cls) for cls in get_args(Action)}
ADAPTERS["Say"].rebuild(_types_namespace={"AudioResponse": Play})  # by now it is what was fetched for it


class MisfitError(Exception):
    """This is no action, or one of its fields has another type than it should."""


def _fields(value: Any) -> Any:
    """Dataclasses as tables: pydantic does not check the fields of an instance."""
    kind: Any = type(value)
    if (names := _names(kind)) is not None:
        return {name: _fields(getattr(value, name)) for name in names}
    return [_fields(item) for item in value] if isinstance(value, tuple | list) else value


@lru_cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Of the fields of a dataclass; None for another type."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def as_action(given: object) -> Action:
    """What was given, if it is an action whose fields have the types they should. Raises MisfitError."""
    kind = type(given).__name__
    if not isinstance(given, Action):
        raise MisfitError(f"asked for {kind}, which is no action")
    values = _fields(given)
    try:
        read = _fields(ADAPTERS[kind].validate_python(values))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise MisfitError(f"asked for {kind} with a wrong {where}") from None
    for name, value in values.items():
        # pydantic reads "3" as the number that it is not, and takes infinity for one
        if value != read[name] or value in (inf, -inf):
            raise MisfitError(f"asked for {kind} with a wrong {name}")
    return given


def seconds_of(value: object) -> float | None:
    """The length of time that it is; None: it is none."""
    try:
        seconds = nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]  # that is what is tried
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds < inf else None
