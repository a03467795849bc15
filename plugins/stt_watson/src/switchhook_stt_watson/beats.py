"""One clock for all recognitions: a timer for each would wake the process more often than audio does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

# In one beat, so that a thousand do not come in the same instant. Each wakes the process, which costs as much
# as a frame.
SLOTS = 4

Look = Callable[[], None]


class Beats:
    """Calls everybody who has joined once a beat. It runs while there is somebody, on the event loop of who
    came first."""

    def __init__(self) -> None:
        self._slots: list[dict[Look, None]] = [{} for _ in range(SLOTS)]
        self._at = 0
        self._timer: asyncio.TimerHandle | None = None

    def join(self, look: Look, beat: float) -> None:
        """The first look is after one beat, or up to a slot less."""
        self._slots[self._at - 1][look] = None  # the slot whose turn was last
        if self._timer is None:
            self._wait(asyncio.get_running_loop(), beat / SLOTS)

    def leave(self, look: Look) -> None:
        """It may have left before."""
        for slot in self._slots:
            slot.pop(look, None)
        if self._timer is not None and not any(self._slots):
            self._timer.cancel()
            self._timer = None

    def _wait(self, loop: asyncio.AbstractEventLoop, step: float) -> None:
        self._timer = loop.call_later(step, self._tick, loop, step)

    def _tick(self, loop: asyncio.AbstractEventLoop, step: float) -> None:
        self._wait(loop, step)
        slot, self._at = self._slots[self._at], (self._at + 1) % SLOTS
        for look in tuple(slot):
            try:
                look()
            except Exception as error:  # noqa: BLE001  # as if each had a timer: it costs the others nothing
                loop.call_exception_handler({"message": "a look at a recognition failed", "exception": error})
