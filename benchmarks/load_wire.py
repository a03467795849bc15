"""WebSockets for load: as little as it takes, so that what is measured is the server and not its load.

Peers are our own programs, on this machine: nothing is checked here. A payload that comes masked stays where
it is, and whoever needs a byte of it asks `Frame` for that.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import struct
from typing import NamedTuple, cast

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MASK = b"\x5a\xc3\x17\x88"  # the same for every frame: a server cannot tell
END = b"\r\n\r\n"


class Frame(NamedTuple):
    opcode: int
    data: bytes  # in which the payload lies
    start: int
    stop: int
    masked: bool

    @property
    def size(self) -> int:
        return self.stop - self.start

    def payload(self, most: int | None = None) -> bytes:
        """Its first bytes, or all of them."""
        stop = self.stop if most is None else min(self.stop, self.start + most)
        raw = self.data[self.start : stop]
        return masked(raw, self.data[self.start - 4 : self.start]) if self.masked else raw


def masked(data: bytes, mask: bytes) -> bytes:
    long = (mask * (len(data) // 4 + 1))[: len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(long, "big")).to_bytes(len(data), "big")


def built(opcode: int, payload: bytes, mask: bytes = b"") -> bytes:
    """A whole frame, to be written as it is."""
    size, bit = len(payload), 0x80 if mask else 0
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, bit | size)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, bit | 126, size)
    return head + mask + (masked(payload, mask) if mask else payload)


class Wire(asyncio.Protocol):
    """What both ends do once the handshake is over."""

    transport: asyncio.Transport
    upgraded = False

    def __init__(self) -> None:
        self._rest = b""
        self.over = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self.over.set()

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        at, size = 0 if self.upgraded else self._greeted(data), len(data)
        while self.upgraded and size - at >= 2:
            bit, length, start = data[at + 1] & 0x80, data[at + 1] & 0x7F, at + 2
            if length == 126 and size - at >= 4:
                length, start = data[at + 2] << 8 | data[at + 3], at + 4
            elif length == 127 and size - at >= 10:
                length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            elif length >= 126:
                break
            start += 4 if bit else 0
            if start + length > size:
                break
            self.frame(Frame(data[at] & 0x0F, data, start, start + length, bool(bit)))
            at = start + length
        self._rest = data[at:]

    def _greeted(self, data: bytes) -> int:
        """Where frames begin, if the handshake is all there."""
        end = data.find(END)
        if end < 0:
            return 0
        self.upgraded = True
        self.greeted(data[:end])
        return end + len(END)

    def greeted(self, head: bytes) -> None:
        """The peer's half of the handshake has come."""

    def frame(self, frame: Frame) -> None:
        raise NotImplementedError


class ServerWire(Wire):
    def greeted(self, head: bytes) -> None:
        key = head.lower().partition(b"sec-websocket-key:")[2]
        start = len(head) - len(key)
        key = head[start:].partition(b"\r\n")[0].strip()
        accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + END
        )

    def frame(self, frame: Frame) -> None:
        if frame.opcode == PING:
            self.transport.write(built(PONG, frame.payload()))
        elif frame.opcode == CLOSE:
            self.transport.write(built(CLOSE, frame.payload()))
            self.transport.close()
        else:
            self.message(frame)

    def message(self, frame: Frame) -> None:
        raise NotImplementedError


class ClientWire(Wire):
    def __init__(self, host: str, path: str, headers: list[tuple[str, str]]) -> None:
        super().__init__()
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers),
        ]
        self._request = "\r\n".join(lines).encode() + END
        self.ready = asyncio.Event()
        self.refusal = ""  # the first line of an answer that is no upgrade

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.ready.set()

    def greeted(self, head: bytes) -> None:
        line = head.partition(b"\r\n")[0].decode()
        if " 101 " in line:
            self.ready.set()
        else:
            self.refusal = line
            self.transport.close()

    def send(self, opcode: int, payload: bytes) -> None:
        self.transport.write(built(opcode, payload, MASK))
