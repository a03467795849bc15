"""What the server sends, until its socket is closed: watched, played, and kept for the case that asks."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from .inbox import Inbox
from .player import Player
from .watch import Watch


@dataclass
class Reader:
    """`player`: plays what comes, as a client does, where there is one."""

    socket: ClientConnection
    watch: Watch
    inbox: Inbox
    player: Player | None
    audio: list[bytes] = field(default_factory=list)
    code: int | None = None  # that the server closed the socket with

    async def run(self) -> None:
        """Until the socket is closed."""
        if self.player is None:
            await self._read()
            return
        async with anyio.create_task_group() as group:
            group.start_soon(self.player.run)
            await self._read()
            group.cancel_scope.cancel()

    def end(self) -> None:
        """The socket was closed."""
        self.code = self.socket.close_code
        self.inbox.end()

    async def _read(self) -> None:
        try:
            while True:
                self._take(await self.socket.recv())
        except ConnectionClosed:
            self.end()

    def _take(self, data: str | bytes) -> None:
        now = anyio.current_time()
        if isinstance(data, bytes):
            self._take_audio(data, now)
        elif message := self.watch.text(data, now):
            if self.player and self.watch.came and self.watch.came[-1].kind == "barge_in":
                self.player.drop(now)
            self.inbox.put(message)

    def _take_audio(self, data: bytes, now: float) -> None:
        self.watch.audio(len(data), now)
        self.audio.append(data)
        if self.player:
            self.player.take(len(data), now)
        self.inbox.change()
