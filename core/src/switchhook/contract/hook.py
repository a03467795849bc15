"""What is said of a hook beside its parameters: when it is asked, of whom, and what may be returned."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pluggy

from .actions import Action
from .findings import AdminPage

Phase = Literal["start", "call"]
"""start: an exception stops the start; call: it costs no more than this plugin's part of the call."""

Asked = Literal["one", "first", "chain", "all"]
"""one: the plugin that the configuration names; first: one after the other until one answers; chain: each
sees what the one before made of it; all: every plugin."""


@dataclass(frozen=True, slots=True)
class Hook:
    """`handles`: the type of response that it is asked for, if any. `misfit` says what is wrong with what was
    returned; nothing where it will do."""

    name: str
    phase: Phase
    asked: Asked
    parameters: tuple[str, ...]
    handles: str
    misfit: Callable[[object], str]

    @property
    def may_be_late(self) -> bool:
        """What it is asked for may come as an awaitable."""
        return self.misfit is samples

    @property
    def listens(self) -> bool:
        return self.phase == "call" and self.asked == "all"


entered: dict[str, Hook] = {}


def anything(_: object) -> str:
    return ""


def actions(result: object) -> str:
    wrong = isinstance(result, str | bytes) or inspect.isawaitable(result)
    return ": say Say(text)" if wrong else ""


def action_or_list(result: object) -> str:
    given = result if isinstance(result, list) else [result]
    return (
        "" if all(isinstance(each, Action) for each in given) else ", expected an action or a list of actions"
    )


def page(result: object) -> str:
    return "" if isinstance(result, AdminPage) else ", expected an AdminPage"


def samples(result: object) -> str:
    return "" if isinstance(result, bytes) or inspect.isawaitable(result) else ", expected bytes"


def hook(phase: Phase, asked: Asked, returns: Callable[[object], str] = anything) -> Callable[[Any], Any]:
    """Marks a function as a hook: its name and parameters count, its docstring is the contract."""

    def mark(spec: Any) -> Any:
        name, names = spec.__name__, tuple(inspect.signature(spec).parameters)
        entered[name] = Hook(name, phase, asked, names, name.partition("handle_")[2], returns)
        return pluggy.HookspecMarker("switchhook")(firstresult=asked in ("one", "first"))(spec)

    return mark
