"""What a hook has beside its parameters: when and of whom it is asked, and what it may return."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import pluggy

from .actions import Action
from .deprecation import Deprecated
from .findings import AdminPage

MOST = 100  # actions that one may become

Phase = Literal["start", "call"]
"""start: an exception stops the start; call: an exception costs no more than this plugin's part of the
call."""

Asked = Literal["one", "first", "chain", "all"]
"""one: only the plugin that the configuration names; first: one after the other until one answers; chain:
each is given what the one before has made; all: every plugin."""


@dataclass(frozen=True, slots=True)
class Returns:
    """What a hook may return beside None. `otherwise` tells the author of another answer what is expected."""

    fits: Callable[[object], bool]
    otherwise: str = ""


@dataclass(frozen=True)  # without slots, so that what is asked at every call is worked out once
class Hook:
    """`handles`: the type of response that it is asked for, if any."""

    name: str
    phase: Phase
    asked: Asked
    parameters: tuple[str, ...]
    handles: str
    returns: Returns

    @cached_property
    def may_be_late(self) -> bool:
        """Whether its answer may come as an awaitable."""
        return self.returns is samples

    @cached_property
    def listens(self) -> bool:
        """Whether what it returns is ignored."""
        return self.phase == "call" and self.asked == "all" and self.returns is anything

    @cached_property
    def is_named(self) -> bool:
        """Whether who asks must know whose answer it is, as it can go wrong later."""
        return bool(self.handles) or self.returns is tap


entered: dict[str, Hook] = {}


def _are_actions(result: object) -> bool:
    return not isinstance(result, str | bytes) and not inspect.isawaitable(result)


def _is_action_or_list(result: object) -> bool:
    given = result if isinstance(result, list) else [result]
    return len(given) <= MOST and all(isinstance(each, Action) for each in given)


def _are_samples(result: object) -> bool:
    return isinstance(result, bytes) or inspect.isawaitable(result)


def _is_tap(result: object) -> bool:
    return all(callable(getattr(result, side, None)) for side in ("caller", "bot"))


anything = Returns(lambda _: True)
actions = Returns(_are_actions, ": say Say(text)")
action_or_list = Returns(_is_action_or_list, f", expected an action or a list of at most {MOST} actions")
page = Returns(lambda result: isinstance(result, AdminPage), ", expected an AdminPage")
tap = Returns(_is_tap, ", expected a Tap: an object with the functions caller and bot")
samples = Returns(_are_samples, ", expected bytes")


def hook(
    phase: Phase,
    asked: Asked,
    returns: Returns = anything,
    *,
    former: str = "",
    former_parameters: Mapping[str, str] = MappingProxyType({}),
) -> Callable[[Any], Any]:
    """Marks a function as a hook: its name and parameters count, its docstring is the contract. Where it is
    deprecated, `former` says what to use in its place and until when, and `former_parameters` likewise by
    name. Who implements it is warned when it is loaded, with file and line."""

    def mark(spec: Any) -> Any:
        name, names = spec.__name__, tuple(inspect.signature(spec).parameters)
        entered[name] = Hook(name, phase, asked, names, name.partition("handle_")[2], returns)
        marked = pluggy.HookspecMarker("switchhook")(
            firstresult=asked in ("one", "first"),
            warn_on_impl=Deprecated(f"the hook {name} {former}") if former else None,
            warn_on_impl_args={
                parameter: Deprecated(f"the parameter {parameter} of the hook {name} {said}")
                for parameter, said in former_parameters.items()
            },
        )
        return marked(spec)

    return mark
