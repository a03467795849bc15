"""A WebSocket of ours, with the bounds that its library leaves to us."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import ClassVar

from websockets.asyncio.server import ServerConnection, broadcast

from .upgrade import Admitted

STALLED = 10.0  # seconds that a peer may leave unread what we wrote

# At debug level the library writes headers and messages: keys, digits, variables. At info level it writes
# a line for each request, whoever sent it.
library = logging.getLogger(f"{__name__}.library")
library.setLevel(logging.WARNING)


class Socket(ServerConnection):
    admitted: Admitted  # what its request was let in for
    limit: ClassVar[int]
    stalled = False
    writable = True
    on_writable: Callable[[], None] = staticmethod(lambda: None)
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if len(self.server.handler_tasks) > self.limit:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def send_now(self, message: str | bytes) -> None:
        """Into the transport's buffer, without waiting; ask `writable` first."""
        if not self.transport.is_closing():
            broadcast((self,), message)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.writable = False
        self._watch = self.loop.call_later(STALLED, self._give_up)

    def resume_writing(self) -> None:
        super().resume_writing()
        self.writable = True
        self._unwatch()
        self.on_writable()

    @property
    def host(self) -> str:
        """Of the peer; empty when it has gone already."""
        address = self.remote_address
        return str(address[0]) if address else ""

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def _give_up(self) -> None:
        self.stalled = True
        self.transport.abort()


def limited_to(count: int) -> type[Socket]:
    """Connections of one server, those that have not sent their request yet among them."""
    return type("LimitedSocket", (Socket,), {"limit": count})
