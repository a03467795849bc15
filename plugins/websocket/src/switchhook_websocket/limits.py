"""What a peer may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds."""

    message: int = 65_536  # bytes of a message that comes in, whole or in fragments
    handshake: float = 10.0  # from the connection to the answer of the upgrade request, TLS included
    closing: float = 2.0  # for the closing handshake; then the connection is cut
    stalled: float = 10.0  # that a peer may leave unread what was written
    unconfirmed: float | None = None  # that its system may leave unconfirmed what was sent; Linux can tell
    connections: int = 1_000  # WebSockets of one server
    waiting: int = 500  # connections of one server that are no WebSockets yet
    per_host: int = 250  # of these, from one address, or one /64 network in IPv6
    request: int = 16_384  # bytes of an upgrade request to a server, its headers among them
    headers: int = 64  # lines of them
