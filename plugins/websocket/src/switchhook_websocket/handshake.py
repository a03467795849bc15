"""What a peer says before there is a WebSocket."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from websockets.http11 import Request, Response
from websockets.protocol import Protocol


def first_event(
    protocol: Protocol, data: bytes, read: Callable[[bytes], None]
) -> tuple[Request | Response | None, bytes]:
    """The handshake of the peer, and what came behind it. `read` gives it to the parser by lines or parts of
    lines, so that nothing behind its end gets there too."""
    at = 0
    while at < len(data) and not protocol.eof_sent:
        end = data.find(b"\n", at) + 1 or len(data)
        read(data[at:end])
        at = end
        if events := protocol.events_received():
            return cast("Request | Response", events[0]), data[at:]
    return None, b""
