"""How the tasks and parts of a call reach one another, and how they let go of one another.

A call that has ended stands in no circle of references, so that it is freed at once. What does stays until
Python searches for circles: every call stands still while that goes through all that any of them holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf
from typing import Generic, NamedTuple, ParamSpec, TypeVarTuple, Unpack

import anyio

from ..contract.leg import LegEvent

P = ParamSpec("P")
Args = TypeVarTuple("Args")


class Signal:
    """Wakes the one task that waits. If it was set before, the task does not wait."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, until: float = inf) -> None:
        if until == inf:
            await self._event.wait()
        else:
            with anyio.CancelScope(deadline=until):
                await self._event.wait()
        if self._event.is_set():
            self._event = anyio.Event()


async def until_cancelled(task: Callable[[Unpack[Args]], Awaitable[None]], *args: *Args) -> None:
    """As the whole of a task: when it is cancelled, it ends without an exception. anyio would keep that in a
    circle, and its traceback holds all that the task knew."""
    try:
        await task(*args)
    except anyio.get_cancelled_exc_class():
        if anyio.current_effective_deadline() > -inf:
            raise  # nobody has cancelled it: a plugin has raised it


class Tied(Generic[P]):
    """A function of the whole in the hands of a part. Once it is cut, a call of it does nothing."""

    __slots__ = ("_function",)

    def __init__(self, function: Callable[P, None]) -> None:
        self._function: Callable[P, None] | None = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        if self._function is not None:
            self._function(*args, **kwargs)

    def cut(self) -> None:
        self._function = None


class Ties:
    """What its parts, and whoever else may outlive it, are given of a whole. It ends when the whole does."""

    def __init__(self) -> None:
        self._tied: list[Tied[...]] = []

    def to(self, function: Callable[P, None]) -> Callable[P, None]:
        tied = Tied(function)
        self._tied.append(tied)
        return tied

    def cut(self) -> None:
        for each in self._tied:
            each.cut()


class LegSink(NamedTuple):
    """What a leg is given of its call."""

    audio: Callable[[bytes], None]
    event: Callable[[LegEvent], None]
