"""An event loop whose time leaps to what it waits for."""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

IDLE = 0.001  # seconds of real time in which nothing happened: what waits now waits for the clock


class _Leaping(selectors.DefaultSelector):
    """Waits for files as any selector does, but for the clock only as long as IDLE."""

    def __init__(self) -> None:
        super().__init__()
        self.leapt = 0.0  # seconds in all

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if ready := super().select(min(timeout, IDLE)):
            return ready
        self.leapt += timeout
        return []


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """For calls that touch no network: they take only as long as their own work. The clock does not wait for
    a thread that works longer than IDLE, nor for a peer that has to answer."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.leapt


def virtual_time() -> dict[str, Any]:
    """Options for `anyio.run`."""
    return {"backend": "asyncio", "backend_options": {"loop_factory": VirtualTimeLoop}}
