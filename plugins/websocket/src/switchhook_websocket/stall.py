"""A peer that does not read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Stall:
    """`lasted` is true once a peer has not read for that many seconds."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self.lasted = False
        self._loop, self._seconds = loop, seconds
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, give_up: Callable[[], None]) -> None:
        """`give_up` is called when it has lasted."""
        self._timer = self._loop.call_later(self._seconds, self._last, give_up)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _last(self, give_up: Callable[[], None]) -> None:
        self.lasted = True
        give_up()
