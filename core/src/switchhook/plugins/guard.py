"""Stands around every hook function that works during calls: no plugin's fault costs more than its own
response."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import AsyncGeneratorType
from typing import Any

from pydantic import BaseModel

from ..contract.actions import Action
from ..contract.errors import place
from ..contract.findings import AdminPage

logger = logging.getLogger(__name__)

GUARDED = ("handle_", "rewrite_", "call_", "turn_", "measured", "admin_", "load_audio", "create_codec")
"""Hooks that run during calls. The others run at start-up, where an exception stops the start."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a plugin, or an engine, did wrong in a call. `error` is a type or a short cause: never the
    exception's text, which may carry the caller's words."""

    source: str
    hook: str
    error: str
    distribution: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a response handler returned, and who it is."""

    plugin: str
    distribution: str
    hook: str
    actions: Any


@dataclass(slots=True)
class Guard:
    """`active` is the hook function that runs now, for the watchdog; plugins in `off` are not asked."""

    values: dict[str, object] = field(default_factory=dict)  # what each lifespan yielded
    off: set[str] = field(default_factory=set)
    active: tuple[str, str, float] | None = None

    def wrap(self, plugin: str, distribution: str, hook: str, impl: Any) -> None:
        """Replace the function that pluggy calls."""
        if not hook.startswith(GUARDED):
            return
        function: Callable[..., Any] = impl.function
        names = list(impl.argnames)
        place = names.index("call") if "call" in names else None
        own = names.index("plugin") if "plugin" in names else None

        def guarded(*args: Any) -> Any:
            if plugin in self.off:
                return None
            if place is not None:
                view = args[place].seen_by(plugin, self.values.get(plugin), distribution)
                args = (*args[:place], view, *args[place + 1 :])
            if own is not None:
                args = (*args[:own], self.values.get(plugin), *args[own + 1 :])
            outer, self.active = self.active, (plugin, hook, time.monotonic())
            try:
                result = function(*args)
            except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything; the call goes on
                report(Fault(plugin, hook, type(error).__name__, distribution), error)
                return None
            finally:
                self.active = outer
            if result is None:
                return None
            if wrong := _misfit(hook, result):
                report(Fault(plugin, hook, f"returned {type(result).__name__}{wrong}", distribution))
                return None
            return Answer(plugin, distribution, hook, result) if hook.startswith("handle_") else result

        impl.function = guarded


def _misfit(hook: str, result: object) -> str:
    """What should have been returned; nothing where this will do."""
    if hook.startswith("handle_"):
        wrong = isinstance(result, str | bytes) or inspect.isawaitable(result)
        return ": say Say(text)" if wrong else ""
    if hook == "rewrite_action":
        actions = result if isinstance(result, list) else [result]
        wrong = not all(isinstance(action, Action) for action in actions)
        return ", expected an action or a list of actions" if wrong else ""
    if hook == "admin_page":
        return "" if isinstance(result, AdminPage) else ", expected an AdminPage"
    if hook == "load_audio":
        return "" if isinstance(result, bytes) else ", expected bytes"
    return ""


Report = Callable[[Fault], None]
_report: ContextVar[Report | None] = ContextVar("switchhook_fault_report", default=None)


@contextmanager
def reporting(to: Report) -> Iterator[None]:
    """Faults inside go to `to` as well as to the log."""
    token = _report.set(to)
    try:
        yield
    finally:
        _report.reset(token)


def report(fault: Fault, error: BaseException | None = None) -> None:
    """Log where it happened, without the exception's text, and tell whoever asked to know."""
    where = place(error) if error else ""
    origin = f" (from {fault.distribution})" if fault.distribution else ""
    logger.warning("plugin %s%s, hook %s: %s%s", fault.source, origin, fault.hook, fault.error, where)
    if to := _report.get():
        to(fault)


def as_actions(value: Any) -> Iterable[Any] | AsyncGeneratorType[Any, Any]:
    """One action or response, several, or a generator of them: always something to iterate over."""
    if isinstance(value, AsyncGeneratorType):
        return value
    if isinstance(value, BaseModel):  # a response: walking it would give its fields
        return (value,)
    return value if isinstance(value, Iterable) else (value,)
