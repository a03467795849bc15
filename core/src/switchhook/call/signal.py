"""How the tasks and parts of a call reach one another, and how they let go of one another.

A call that has ended stands in no circle of references, so that it is freed at once. What does stays until
Python searches for circles: every call stands still while that goes through all that any of them holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from math import inf
from typing import NamedTuple, ParamSpec

import anyio

from ..contract.leg import LegEvent

P = ParamSpec("P")


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


@contextmanager
def until_cancelled() -> Iterator[None]:
    """Around all that a task does: when it is cancelled, it ends without an exception. anyio would keep that
    in a circle, and its traceback holds all that the task knew."""
    try:
        yield
    except anyio.get_cancelled_exc_class():
        if anyio.current_effective_deadline() > -inf:
            raise  # nobody has cancelled it: a plugin has raised it


class Ties:
    """What its parts, and whoever else may outlive it, are given of a whole. It ends when the whole does."""

    def __init__(self) -> None:
        self._tied: list[partial[None]] = []

    def to(self, function: Callable[P, None]) -> Callable[P, None]:
        """Does what `function` does until it is cut, and nothing from then on."""
        tied = partial(function)  # which calls without a step of its own
        self._tied.append(tied)
        return tied

    def cut(self) -> None:
        for each in self._tied:
            each.__setstate__((_nothing, (), {}, None))  # type: ignore[attr-defined]  # the only way to change one


def _nothing(*_args: object, **_more: object) -> None: ...


class LegSink(NamedTuple):
    """What a leg is given of its call."""

    audio: Callable[[bytes], None]
    event: Callable[[LegEvent], None]
