"""A peer that does not read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Stall:
    """`give_up` is called when a peer has not read for that many seconds; `lasted` is true from then on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, give_up: Callable[[], None]) -> None:
        self.lasted = False
        self._loop, self._seconds, self._give_up = loop, seconds, give_up
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self._timer = self._loop.call_later(self._seconds, self._last)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _last(self) -> None:
        self.lasted = True
        self._give_up()
