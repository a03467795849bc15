"""Stands around every hook function that works during calls: no plugin's fault costs more than its own
response."""

from __future__ import annotations

import inspect
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import AsyncGeneratorType
from typing import Any

from pydantic import BaseModel

from ..contract.errors import Unplayable
from ..contract.hookspecs import HOOKS
from ..contract.traces import home, place, trace, without_frames
from .breaker import Breaker

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a plugin, or an engine, did wrong in a call. `error` is a type or a short cause: never the
    exception's text, which may carry the caller's words. `own`: where the plugin's files are; `line`: the one
    of them that raised, as file:line."""

    source: str
    hook: str
    error: str
    distribution: str = ""
    own: Collection[str] = field(default=(), compare=False, repr=False)
    line: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class HandlerAnswer:
    """What a response handler returned, or who hears a call, and who it is. `own`: where its files are."""

    plugin: str
    distribution: str
    hook: str
    actions: Any
    own: Collection[str] = field(default=(), compare=False, repr=False)


class DeclinedError(Exception):
    """The handler has looked, and the response is not its own: the next one is asked."""


@dataclass(slots=True)
class HookGuard:
    """`active` is the hook function that runs now, for the watchdog; hooks in `off` are not asked, and those
    of a plugin that rests are not asked in new calls."""

    values: dict[str, object] = field(default_factory=dict)  # what each lifespan yielded
    off: set[tuple[str, str]] = field(default_factory=set)  # plugin and hook
    active: tuple[str, str, float] | None = None
    breaker: Breaker = field(default_factory=Breaker)
    _spent: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)

    def take_spent(self) -> dict[tuple[str, str], tuple[float, int]]:
        """Since it was asked last, by plugin and hook: seconds in its functions, and how often they were
        called."""
        spent, self._spent = self._spent, {}
        return spent

    def wrap(self, plugin: str, distribution: str, hook: str, impl: Any) -> None:
        """Replace the function that pluggy calls."""
        spec = HOOKS[hook]
        if spec.phase != "call":
            return
        function, names = impl.function, list(impl.argnames)
        seen_at = names.index("call") if "call" in names else None
        value_at = names.index("plugin") if "plugin" in names else None
        own = (*home(impl.plugin), *home(function))

        def guarded(*args: Any) -> Any:
            rests = spec.listens and self.breaker.resting_since and self.breaker.rests(plugin, hook)
            if rests or (plugin, hook) in self.off:
                return None
            if seen_at is not None:
                view = args[seen_at].seen_by(plugin, self.values.get(plugin), distribution)
                args = (*args[:seen_at], view, *args[seen_at + 1 :])
            if value_at is not None:
                args = (*args[:value_at], self.values.get(plugin), *args[value_at + 1 :])
            began = time.monotonic()
            outer, self.active = self.active, (plugin, hook, began)
            try:
                result = function(*args)
            except Unplayable:  # something is wrong with a file, and nothing with the plugin that reads it
                raise
            except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything; the call goes on
                report(Fault(plugin, hook, type(error).__name__, distribution, own), error)
                self.failed(plugin, hook)
                return None
            finally:
                self.active = outer
                seconds, times = self._spent.get((plugin, hook), (0.0, 0))
                self._spent[plugin, hook] = seconds + time.monotonic() - began, times + 1
            given = None if result is None else HandlerAnswer(plugin, distribution, hook, result, own)
            fitting = given and self._fitting(given)
            if not spec.handles and self.breaker.failing and (result is None or fitting is not None):
                self.breaker.worked(plugin, hook)
            return fitting

        impl.function = guarded

    def _fitting(self, answer: HandlerAnswer) -> Any:
        """What the hook's caller is given for the answer. One that the hook may not give is a fault and
        counts as None."""
        spec, result = HOOKS[answer.hook], answer.actions
        if not spec.returns.fits(result):
            error = f"returned {type(result).__name__}{spec.returns.otherwise}"
            report(Fault(answer.plugin, answer.hook, error, answer.distribution))
            self.failed(answer.plugin, answer.hook)
            return None
        if spec.is_named:
            return answer
        return _late(answer) if spec.may_be_late and inspect.isawaitable(result) else result

    def give(self, tap: HandlerAnswer, side: str, audio: bytes, at: float, to: Report) -> bool:
        """Calls that function of a Tap. False: it has raised, and the fault was told `to`; or it has blocked
        every call, and the log has it."""
        if (tap.plugin, tap.hook) in self.off:
            return False
        outer, self.active = self.active, (tap.plugin, tap.hook, time.monotonic())
        try:
            getattr(tap.actions, side)(audio, at)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # as above
            with reporting(to):
                report(Fault(tap.plugin, tap.hook, type(error).__name__, tap.distribution, tap.own), error)
            return False
        finally:
            self.active = outer
        return True

    def failed(self, plugin: str, hook: str) -> None:
        """For whom it counts: engines and readers of files have others to count their failures."""
        spec = HOOKS[hook]
        if spec.handles or spec.listens or spec.asked == "chain":
            self.breaker.failed(plugin, hook)


async def _late(answer: HandlerAnswer) -> bytes | None:
    """What the awaitable gives in the end; the same rules hold for it."""
    error, raised = "", None
    try:
        result = await answer.actions
    except Unplayable:
        raise
    except (Exception, SystemExit) as problem:  # noqa: BLE001  # as above
        error, raised = type(problem).__name__, problem
    else:
        if result is None or isinstance(result, bytes):
            return result
        error = f"gave {type(result).__name__} in the end, expected bytes"
    report(Fault(answer.plugin, answer.hook, error, answer.distribution, answer.own), raised)
    return None


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
    """Log the line of the plugin where it happened, without the exception's text, and tell whoever is
    `reporting`. At level DEBUG the whole trace is logged, for the plugin's author."""
    where = place(error, fault.own) if error else ""
    fault = replace(fault, line=where.removeprefix(" at "))
    origin = f" (from {fault.distribution})" if fault.distribution else ""
    logger.warning("plugin %s%s, hook %s: %s%s", fault.source, origin, fault.hook, fault.error, where)
    if error and logger.isEnabledFor(logging.DEBUG):
        logger.debug("plugin %s, hook %s:\n%s", fault.source, fault.hook, trace(error))
    without_frames(error)
    if to := _report.get():
        to(fault)


def as_actions(value: Any) -> Iterable[Any] | AsyncGeneratorType[Any, Any]:
    """One action or response, several, or a generator of them: always something to iterate over."""
    if isinstance(value, AsyncGeneratorType):
        return value
    if isinstance(value, BaseModel):  # a response: walking it would give its fields
        return (value,)
    return value if isinstance(value, Iterable) else (value,)
