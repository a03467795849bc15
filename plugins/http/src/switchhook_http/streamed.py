"""What a task of its own makes, handed over while it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from math import inf
from typing import Generic, TypeVar

import anyio

from switchhook import AssistantError

T = TypeVar("T")

WAITING = 100  # items that nobody has taken yet


async def until_cancelled(task: Callable[[], Awaitable[None]]) -> None:
    """As the whole of a task: when it is cancelled, it ends without an exception. anyio would keep that in a
    circle of references, and its traceback holds all that the task knew: a whole call, until Python searches
    for circles."""
    try:
        await task()
    except anyio.get_cancelled_exc_class():
        if anyio.current_effective_deadline() > -inf:
            raise  # nobody has cancelled it: it was raised by what it waited for


class Streamed(Generic[T]):
    """Whoever reads takes the items when he can. `interrupt` ends their making at once, even where it waits
    for a service; what was given until then is still handed over."""

    def __init__(self) -> None:
        self._give, self._given = anyio.create_memory_object_stream[T](WAITING)
        self._scope = anyio.CancelScope()
        self._error: Exception | None = None

    async def give(self, item: T) -> None:
        await self._give.send(item)

    def interrupt(self) -> None:
        self._scope.cancel()

    async def __aiter__(self) -> AsyncIterator[T]:
        """Raises what making them has raised, after the last."""
        async for item in self._given:
            yield item
        if self._error is not None:
            raise self._error

    @asynccontextmanager
    async def made_by(self, make: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """`make` runs as long as this is not left; what is raised inside comes out as it is, in no group."""
        raised = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(until_cancelled, partial(self._run, make))
                try:
                    yield
                except Exception as error:  # noqa: BLE001  # raised again
                    raised = error
                group.cancel_scope.cancel()
        finally:
            self._given.close()
            self._give.close()
        if raised is not None:
            raise raised

    async def _run(self, make: Callable[[], Awaitable[None]]) -> None:
        with self._give, self._scope:
            try:
                await make()
            except Exception as error:  # noqa: BLE001  # whoever reads raises it
                self._error = error


class OneAtATime:
    """Of one conversation: its turns are sent one after the other."""

    def __init__(self) -> None:
        self._busy = False

    @contextmanager
    def open(self) -> Iterator[None]:
        """A turn and the reply to it. Raises AssistantError."""
        if self._busy:
            raise AssistantError("a turn was sent while the reply to another was open", reason="overlap")
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
