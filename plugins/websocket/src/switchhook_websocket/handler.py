"""What a socket tells, and to whom."""

from __future__ import annotations

from typing import Protocol


class Handler(Protocol):
    """Called on the event loop, in the order of the wire; must not block. A call may close or abort the
    socket: then no further message is delivered. An exception cuts the connection."""

    def text(self, message: str, /) -> None: ...

    def binary(self, message: bytes, /) -> None: ...

    def writable(self) -> None:
        """The peer has caught up: `socket.writable` is true again."""

    def lost(self, why: str, /) -> None:
        """The connection is gone, properly closed or not; once, and the last call."""


class Nobody:
    """The handler until one is set."""

    def text(self, message: str, /) -> None: ...
    def binary(self, message: bytes, /) -> None: ...
    def writable(self) -> None: ...
    def lost(self, why: str, /) -> None: ...
