"""Wakes one task that waits."""

from __future__ import annotations

from math import inf

import anyio


class Signal:
    """Wakes the one task that waits. If it was set before, the task does not wait."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, until: float = inf) -> None:
        if until == inf:
            await self._event.wait()
        else:
            with anyio.CancelScope(deadline=until):
                await self._event.wait()
        if self._event.is_set():
            self._event = anyio.Event()
