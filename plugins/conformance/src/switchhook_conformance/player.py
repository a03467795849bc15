"""Plays what the server sends, as Genesys' client does, and tells it so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

RATE = 8000  # bytes a second: PCMU


class Player:
    """Bytes that come are played at once and in order. `playback_started` when the first come,
    `playback_completed` when none are left, also after a barge-in, which drops them."""

    def __init__(self, send: Callable[[str], Awaitable[object]]) -> None:
        self.until = 0.0  # when the last byte will have been played
        self._send = send
        self._changed = anyio.Event()

    def take(self, size: int, now: float) -> None:
        self.until = max(self.until, now) + size / RATE
        self._change()

    def drop(self, now: float) -> None:
        self.until = min(self.until, now)
        self._change()

    def _change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def run(self) -> None:
        while True:
            while self.until <= anyio.current_time():
                await self._changed.wait()
            await self._send("playback_started")
            while (left := self.until - anyio.current_time()) > 0:
                with anyio.move_on_after(left):
                    await self._changed.wait()
            await self._send("playback_completed")
