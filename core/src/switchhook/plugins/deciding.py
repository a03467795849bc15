"""Handlers that decide in a thread of their own."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from functools import partial, wraps
from types import AsyncGeneratorType
from typing import Any

import anyio.to_thread

from .guard import DeclinedError, as_actions

Handler = Callable[..., Any]


def in_thread(handler: Handler) -> Handler:
    """For a hook that handles responses and cannot decide without blocking, as it asks a database for
    instance. It runs in a thread, returns what any handler may return, and None still leaves the response to
    the next handler. Calls go on meanwhile, and the caller waits; the time that a handler may take holds here
    too, though a thread that never returns cannot be ended. It must not share what it changes with other
    calls without a lock. Below `@hookimpl`:

        @hookimpl
        @in_thread
        def handle_user_defined(response, call): ...
    """

    @wraps(handler)
    def decided(*given: Any, **named: Any) -> AsyncGenerator[Any]:
        return _decide(partial(handler, *given, **named))

    return decided


async def _decide(handler: Callable[[], Any]) -> AsyncGenerator[Any]:
    """Raises DeclinedError."""
    answer = await anyio.to_thread.run_sync(partial(_read, handler), abandon_on_cancel=True)
    if answer is None:
        raise DeclinedError
    actions = as_actions(answer)
    if isinstance(actions, AsyncGeneratorType):
        async with aclosing(actions):
            async for each in actions:
                yield each
    else:
        for each in actions:
            yield each


def _read(handler: Callable[[], Any]) -> Any:
    """A generator runs here too, so it is read to its end."""
    actions = handler()
    return list(actions) if isinstance(actions, Generator) else actions
