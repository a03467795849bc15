"""Whether a second try is made at what has failed, and how soon."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import anyio

LONGEST = 2.0  # seconds that a caller can be made to wait before it
SHORT = 0.25  # where a service does not say for how long

T = TypeVar("T")


class RequestError(Exception):
    """The base of what a request may raise. `problem` "status": the answer was this `status`, and
    `retry_after` are the seconds that the service asks for."""

    problem: str
    status: int | None
    retry_after: float | None


class Again(NamedTuple):
    """Problems and statuses that a second try may help against."""

    at_once: tuple[str | int, ...]
    later: tuple[int, ...] = ()

    def pause(self, error: RequestError) -> float | None:
        """Seconds; None: it would not help, or take too long."""
        what = error.status if error.problem == "status" else error.problem
        if what in self.at_once:
            return 0.0
        return pause_of(error.retry_after) if what in self.later else None


def seconds_in(retry_after: str) -> float | None:
    """A Retry-After header; None for one that is missing, or says a date."""
    return float(retry_after) if retry_after.isdecimal() else None


def pause_of(retry_after: float | None) -> float | None:
    """Seconds; None: the service asks for more than a caller can be made to wait."""
    pause = SHORT if retry_after is None else retry_after
    return pause if pause <= LONGEST else None


async def twice(ask: Callable[[], Awaitable[T]], again: Again) -> T:
    """What `ask` gives, at its second try where that may help. Raises what the last one has raised."""
    try:
        return await ask()
    except RequestError as error:
        pause = again.pause(error)
        if pause is None:
            raise
    await anyio.sleep(pause)
    return await ask()
