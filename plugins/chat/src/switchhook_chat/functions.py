"""An author's own functions as tools: their schema is read from their types.

A function is named by an entry point of the group `switchhook_chat.tools`, and offered to the models of any
vendor where a connector names it. It may be a coroutine; any other runs in a thread. A parameter of type
CallInfo is given the call, and the model knows nothing of it.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.metadata import entry_points
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import BaseModel, Field, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import to_jsonable_python

from switchhook import CallInfo, SettingsError, did_you_mean
from switchhook_http import Threads

from .tools import STRICT, Outcome, Tool, schema_of

GROUP = "switchhook_chat.tools"
THREADS = 40  # at once, of all calls
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what services take
TYPES = "expected a plain function, and types that JSON has a form for: str, int, Literal, a pydantic model"
ABOUT = 1_000  # characters of a docstring


def load(names: list[str]) -> list[Tool]:
    """Imports these and no others. Raises SettingsError."""
    threads = Threads(THREADS)
    return [tool_of(name, _found(name), threads) for name in names]


def tool_of(name: str, function: Callable[..., Any], threads: Threads) -> Tool:
    """Raises SettingsError."""
    if not NAME.fullmatch(name):
        raise SettingsError(
            f"tools.functions: {name}: expected a name of letters, digits, _ and -, 64 at most"
        )
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise SettingsError(
            f"tools.functions: {name}: it yields; expected a function that returns its result"
        )
    try:
        hints = get_type_hints(function, include_extras=True)
        parameters = dict(_parameters(function, hints))
        calls = [each for each, (hint, _) in parameters.items() if _is_call(hint)]
        told = [each for each in parameters if each not in calls]
        model = _model(name, {each: parameters[each] for each in told})
    except (AttributeError, NameError, TypeError, ValueError, PydanticUserError) as error:
        raise SettingsError(f"tools.functions: {name}: {_first_line(error)}; {TYPES}") from None

    async def run(arguments: BaseModel, call: CallInfo) -> Outcome:
        values = (value for _, value in arguments)
        given = dict(zip(told, values, strict=True)) | dict.fromkeys(calls, call)
        if inspect.iscoroutinefunction(function):
            result = await function(**given)
        else:
            result = await threads.run(partial(function, **given))
            if inspect.isawaitable(result):  # of a function that hides that it is a coroutine
                result = await result
        return Outcome(_written(result), again=True)

    return Tool(name, (inspect.getdoc(function) or "")[:ABOUT], model, run)


def _model(name: str, parameters: Mapping[str, tuple[Any, Any]]) -> type[BaseModel]:
    """Its fields have names of ours, since a parameter may be called as pydantic's own attributes are. Raises
    TypeError, ValueError and PydanticUserError."""
    fields: dict[str, Any] = {
        f"p{number}": (Annotated[hint, Field(alias=each)], default)
        for number, (each, (hint, default)) in enumerate(parameters.items())
    }
    model: type[BaseModel] = create_model(name, __config__=STRICT, **fields)
    schema_of(model)
    return model


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


def _parameters(
    function: Callable[..., Any], hints: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Each with its type and its default. Raises TypeError and ValueError."""
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"parameter {name}: expected one that is given by name")
        if name not in hints:
            raise TypeError(f"parameter {name}: expected a type")
        yield name, (hints[name], ... if parameter.default is parameter.empty else parameter.default)


def _is_call(hint: Any) -> bool:
    """Also where it may be missing, or is annotated: the model must never say whose call it is."""
    return hint is CallInfo or any(map(_is_call, get_args(hint)))


def _first_line(error: Exception) -> str:
    """The rest of pydantic's is about pydantic."""
    return str(error).partition("\n")[0].partition(". Set `")[0]


def _written(result: Any) -> str:
    if isinstance(result, str):
        return result
    return json.dumps(to_jsonable_python(result, bytes_mode="base64", fallback=str), ensure_ascii=False)
