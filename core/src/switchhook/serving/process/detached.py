"""Work that may never end: it keeps no process from ending."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from threading import Event, Thread
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")


async def in_thread(function: Callable[[], T]) -> T:
    """In a thread of its own, which is left to itself where this is cancelled. `anyio.to_thread` does that
    too, but at its end Python waits for anyio's threads."""
    outcome, over = Future[T](), Event()
    work = partial(copy_context().run, _do, function, outcome, over)
    Thread(target=work, name="switchhook-reading", daemon=True).start()
    try:
        await anyio.to_thread.run_sync(over.wait, abandon_on_cancel=True)
    finally:
        over.set()  # lets anyio's thread go
    return outcome.result()


def _do(function: Callable[[], T], outcome: Future[T], over: Event) -> None:
    try:
        outcome.set_result(function())
    except BaseException as error:  # noqa: BLE001  # it belongs to who waits
        outcome.set_exception(error)
    finally:
        over.set()
