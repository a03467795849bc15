"""The tasks that a driver starts, told from those of a test's own servers on the same event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakSet

import anyio

_WATCHED: ContextVar[bool] = ContextVar("switchhook_conformance_watched", default=False)


class Tasks:
    """Whatever is started in the context of the check, and what that starts. trio tells no contexts: all of
    its tasks are counted there."""

    def __init__(self) -> None:
        self._made: WeakSet[asyncio.Task[Any]] | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # trio
            yield
            return
        before, made = loop.get_task_factory(), WeakSet[asyncio.Task[Any]]()
        self._made = made

        def factory(loop: asyncio.AbstractEventLoop, coro: Any, **given: Any) -> asyncio.Future[Any]:
            task = before(loop, coro, **given) if before else asyncio.Task(coro, loop=loop, **given)
            if _WATCHED.get() and isinstance(task, asyncio.Task):
                made.add(task)
            return task

        token = _WATCHED.set(True)
        loop.set_task_factory(factory)
        try:
            yield
        finally:
            loop.set_task_factory(before)
            _WATCHED.reset(token)

    @contextmanager
    def ignored(self) -> Iterator[None]:
        """What is started in here is the test's own."""
        token = _WATCHED.set(False)
        try:
            yield
        finally:
            _WATCHED.reset(token)

    def alive(self) -> list[str]:
        """What each of them runs."""
        if self._made is None:
            return [each.name or "a task" for each in anyio.get_running_tasks()]
        return [getattr(each.get_coro(), "__qualname__", "a task") for each in self._made if not each.done()]
