"""Access tokens: fetched in a thread, kept, and renewed before they expire."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread

import anyio

from .errors import WatsonError

RENEW = 0.75, 0.8  # of its life, when a token is renewed: not all services at the same moment
MARGIN = 0.1, 10.0  # of its life, at most so many seconds: a token as old as that may expire on its way
PATIENCE = 12.0  # seconds for one fetch; the SDK bounds each step of it, this bounds the whole
PAUSE = 2.0  # seconds after a failed fetch before the next, and in which several refusals are one


@dataclass(frozen=True, slots=True)
class Token:
    value: str = field(repr=False)
    life: float  # seconds, from when it was asked for


Fetch = Callable[[], Token]
"""Blocks. Raises WatsonError."""


class Tokens:
    """One fetch at a time. Whoever finds the token due for renewal only starts the thread that fetches the
    next one, and goes on with the old: the SDK's own cache does that inline, so that a slow token service
    delays a caller who needs nothing from it. No task is left behind, as there is none.

    Belongs to one event loop at a time; the thread touches only its future.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._value = ""
        self._until = self._renew_at = 0.0
        self._flight: Future[Token] | None = None
        self._started = 0.0
        self._failure = WatsonError("token", why="timeout")
        self._failed_at = self._refused_at = float("-inf")

    async def get(self) -> str:
        """Returns at once while there is a valid token. Raises WatsonError."""
        self._land()
        now = self._clock()
        if self._flight is None and now >= self._renew_at and now >= self._failed_at + PAUSE:
            self._start(now)
        if now < self._until:
            return self._value
        if self._flight is not None:
            await _landed(self._flight, self._started + PATIENCE - now)
            self._land()
        if self._clock() < self._until:
            return self._value
        raise self._failure.with_traceback(None)

    def refuse(self) -> None:
        """The service takes the token no longer. Refusals that come together are all of the old one."""
        now = self._clock()
        if now >= self._refused_at + PAUSE:
            self._refused_at = now
            self._until = self._renew_at = 0.0

    def _start(self, now: float) -> None:
        flight: Future[Token] = Future()
        self._flight, self._started = flight, now
        # a daemon: a token service that hangs must not keep the process from ending
        Thread(target=_fly, args=(self._fetch, flight), name="watson-token", daemon=True).start()

    def _land(self) -> None:
        """Take what the fetch has brought, or give it up."""
        flight, now = self._flight, self._clock()
        if flight is None or not (flight.done() or now >= self._started + PATIENCE):
            return
        self._flight = None
        error = flight.exception() if flight.done() else WatsonError("token", why="timeout")
        if error is None:
            token = flight.result()
            share, most = MARGIN
            self._value = token.value
            self._until = self._started + token.life - min(share * token.life, most)
            self._renew_at = self._started + token.life * random.uniform(*RENEW)  # noqa: S311  # no secret
        elif isinstance(error, WatsonError):
            self._failure, self._failed_at = error, now
        else:
            raise error


def _fly(fetch: Fetch, flight: Future[Token]) -> None:
    try:
        flight.set_result(fetch())
    except BaseException as error:  # noqa: BLE001  # whoever lands it raises it
        flight.set_exception(error)


async def _landed(flight: Future[Token], patience: float) -> None:
    loop, landed = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: Future[Token]) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(landed.set)

    flight.add_done_callback(tell)
    with anyio.move_on_after(patience):
        await landed.wait()
