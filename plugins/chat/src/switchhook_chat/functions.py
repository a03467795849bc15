"""An author's own functions as tools: their schema is read from their types.

A function is named by an entry point of the group `switchhook_chat.tools`, and offered to the models of any
vendor where a connector names it. It may be a coroutine; any other runs in a thread. A parameter of type
CallInfo is given the call, and the model knows nothing of it.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import entry_points
from typing import Any, get_type_hints

import anyio
from anyio import to_thread
from pydantic import BaseModel, create_model
from pydantic.errors import PydanticUserError

from switchhook import CallInfo, SettingsError, did_you_mean

from .tools import RESULT, STRICT, Outcome, Tool

GROUP = "switchhook_chat.tools"
THREADS = 40  # at once, of all calls
ABOUT = 1_000  # characters of a docstring


def load(names: list[str]) -> list[Tool]:
    """Imports these and no others. Raises SettingsError."""
    limiter = anyio.CapacityLimiter(THREADS)
    return [tool_of(name, _found(name), limiter) for name in names]


def tool_of(name: str, function: Callable[..., Any], limiter: anyio.CapacityLimiter) -> Tool:
    """Raises SettingsError."""
    try:
        hints = get_type_hints(function, include_extras=True)
        fields = dict(_fields(function, hints))
        model: type[BaseModel] = create_model(name, __config__=STRICT, **fields)
        model.model_json_schema()
    except (NameError, TypeError, PydanticUserError) as error:
        raise SettingsError(f"tools.functions: {name}: {error}") from None
    calls = [each for each, hint in hints.items() if hint is CallInfo and each != "return"]

    async def run(arguments: BaseModel, call: CallInfo) -> Outcome:
        given = {each: getattr(arguments, each) for each in fields} | dict.fromkeys(calls, call)
        if inspect.iscoroutinefunction(function):
            result = await function(**given)
        else:
            result = await to_thread.run_sync(
                partial(function, **given), abandon_on_cancel=True, limiter=limiter
            )
        return Outcome(_written(result)[:RESULT], again=True)

    return Tool(name, (inspect.getdoc(function) or "")[:ABOUT], model, run)


def _found(name: str) -> Callable[..., Any]:
    installed = entry_points(group=GROUP)
    found = [each for each in installed if each.name == name]
    if len(found) != 1:
        known = did_you_mean(name, sorted(each.name for each in installed), "installed")
        why = f"{len(found)} distributions have one of that name" if found else known
        raise SettingsError(f"tools.functions: {name}: expected an entry point of {GROUP}; {why}")
    try:
        function = found[0].load()
    except Exception as error:  # a module may raise anything when it is imported
        raise SettingsError(f"tools.functions: {name}: cannot be imported: {error}") from error
    if not callable(function):
        raise SettingsError(f"tools.functions: {name}: {found[0].value} is no function")
    return function  # type: ignore[no-any-return]  # callable


def _fields(function: Callable[..., Any], hints: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Raises TypeError."""
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"parameter {name}: expected one that is given by name")
        if name not in hints:
            raise TypeError(f"parameter {name}: expected a type")
        if hints[name] is not CallInfo:
            yield name, (hints[name], ... if parameter.default is parameter.empty else parameter.default)


def _written(result: Any) -> str:
    if isinstance(result, BaseModel):
        return result.model_dump_json()
    return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
