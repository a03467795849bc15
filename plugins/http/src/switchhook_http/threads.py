"""Threads for what may hang."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import to_thread

T = TypeVar("T")


class HangingError(OSError):
    """So many threads hang that none is begun."""


class Threads:
    """At most `most` that somebody waits for; others wait for their turn. Python cannot end one that nobody
    waits for any more, so as many of these at most are left to themselves."""

    def __init__(self, most: int) -> None:
        self._most, self._turns = most, anyio.CapacityLimiter(most)
        self._at_work: set[object] = set()

    async def run(self, work: Callable[[], T]) -> T:
        """Raises what `work` does, and HangingError."""
        if len(self._at_work) - self._turns.borrowed_tokens >= self._most:
            raise HangingError("too many threads hang")
        one = object()

        def counted() -> T:
            self._at_work.add(one)
            try:
                return work()
            finally:
                self._at_work.discard(one)

        return await to_thread.run_sync(counted, abandon_on_cancel=True, limiter=self._turns)
