"""A handler run on one response, without a call around it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

import anyio

from ..call.conversing.performing import ACTIONS, HANDLER
from ..call.dialogue.action_check import MisfitError, as_action
from ..contract.actions import Action
from ..contract.hookspecs import HOOKS
from ..contract.info import CallInfo
from ..contract.responses import MODELS, Response, parse_response
from ..plugins.guard import as_actions
from ..plugins.loader import Plugin, Plugins

NAME = "responses/under_test"


async def actions_of(
    plugin: object,
    response: Response | Mapping[str, Any],
    *,
    call: CallInfo | None = None,
    value: object = None,
) -> list[Action | Response] | None:
    """What the plugin's handler for that response gives, generators read to their end; None: it is not the
    plugin's. `plugin`: a module or an object with hooks, checked as when it is loaded. `response`: a model,
    or the JSON of one. `value`: what its lifespan would yield. What the handler raises is raised. PluginError
    says that it does not fit the hooks; TypeError that it gave what no call performs, or too much of it;
    TimeoutError that it took longer than a call lets it."""
    Plugins().hold(Plugin(NAME, "under-test", "0", plugin))
    asked = parse_response(dict(response)) if isinstance(response, Mapping) else response
    known = MODELS.get(asked.response_type)
    hook = f"handle_{asked.response_type if known and isinstance(asked, known) else 'unknown'}"
    function = getattr(plugin, hook, None)
    if function is None:
        return None
    seen = (call or CallInfo("call-1", "test")).seen_by(NAME, value)
    given = {"response": asked, "call": seen, "plugin": value}
    result = function(*(given[name] for name in inspect.signature(function).parameters))
    if result is None:
        return None
    if not (expected := HOOKS[hook].returns).fits(result):
        raise TypeError(f"{hook} returned {type(result).__name__}{expected.otherwise}")
    with anyio.fail_after(HANDLER):
        found = await _read(as_actions(result))
    try:
        return [each if isinstance(each, Response) else as_action(each) for each in found]
    except MisfitError as error:
        raise TypeError(f"{hook} {error}") from None


async def _read(actions: Iterable[Any] | AsyncGenerator[Any]) -> list[Any]:
    found: list[Any] = []
    if isinstance(actions, AsyncGenerator):
        async with aclosing(actions):
            async for each in actions:
                _add(found, each)
    else:
        for each in actions:
            _add(found, each)
    return found


def _add(found: list[Any], given: object) -> None:
    if len(found) == ACTIONS:
        raise TypeError(f"more than {ACTIONS} actions for one response")
    found.append(given)
