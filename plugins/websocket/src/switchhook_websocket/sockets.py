"""What both ends of a WebSocket share: writing, closing, and the times that bound them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
from typing import cast

from websockets.protocol import Protocol, State

from .handler import Handler, Nobody
from .incoming import PING, WHOLE_BINARY, WHOLE_TEXT, Incoming
from .limits import Limits
from .stall import Stall

# At debug level the library writes headers and messages: keys, digits, variables. At info level it writes
# a line for each connection, whoever made it.
logger = logging.getLogger(__name__)
library = logging.getLogger(f"{__name__}.library")
library.setLevel(logging.WARNING)

USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)  # of Linux
HIGH_WATER = 32_768  # bytes unsent, above which a socket is not writable
STALLED = "the peer does not read"
BROKEN = "the connection broke"


def head_of(kind: int, masked: int, size: int) -> bytes:
    """The head of a frame. `masked`: 0x80 if it is."""
    if size < 126:
        return struct.pack("!BB", kind, masked | size)
    if size < 65_536:
        return struct.pack("!BBH", kind, masked | 126, size)
    return struct.pack("!BBQ", kind, masked | 127, size)


class Socket(asyncio.Protocol):
    """One end. Messages go to `handler`; those that come before it is set are dropped."""

    transport: asyncio.Transport

    def __init__(self, protocol: Protocol, limits: Limits) -> None:
        self.handler: Handler = Nobody()
        self.writable = True
        self._protocol, self._limits = protocol, limits
        self._incoming: Incoming | None = None  # once the handshake is over
        self._loop = asyncio.get_running_loop()
        self.received = 0  # how often something came, whatever it was: does the peer live?
        self._stall = Stall(self._loop, limits.stalled)
        self._closing: asyncio.TimerHandle | None = None
        self.gone: asyncio.Future[None] = self._loop.create_future()

    @property
    def host(self) -> str:
        """The peer's address; empty if it has gone already."""
        address = self.transport.get_extra_info("peername")
        return str(address[0]) if address else ""

    @property
    def open(self) -> bool:
        return self._incoming is not None and self._incoming.open and not self.transport.is_closing()

    @property
    def close_code(self) -> int | None:
        """The code of the close frame that the peer has sent."""
        return self._protocol.close_rcvd.code if self._protocol.close_rcvd else None

    def send(self, message: str | bytes) -> None:
        """Puts it into the transport's buffer, without waiting; ask `writable` first. Does nothing unless the
        socket is open."""
        incoming = self._incoming
        if incoming is None or not incoming.open or self.transport.is_closing():
            return
        if isinstance(message, bytes):
            self._send_whole(WHOLE_BINARY, message)
        else:
            self._send_whole(WHOLE_TEXT, message.encode())

    def ping(self) -> None:
        """The answer shows in `received`; nobody is told of it."""
        if self.open:
            self._send_whole(PING, b"")

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Starts the closing handshake. No message is delivered any more."""
        if self._incoming is not None:
            self._incoming.stopped = True
        if self._incoming is not None and self.open:
            self._incoming.open = False
            self._protocol.send_close(code, reason)
            self._flush()

    def abort(self) -> None:
        """Cuts the connection."""
        if self._incoming is not None:
            self._incoming.stopped = True
        self.transport.abort()

    def _send_whole(self, kind: int, data: bytes) -> None:
        """A message or a ping in one frame. The protocol need not know of it: it counts neither."""
        self.transport.write(head_of(kind, 0, len(data)) + data)

    # --- Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(HIGH_WATER)
        if self._limits.unconfirmed is not None and USER_TIMEOUT is not None:
            line = self.transport.get_extra_info("socket")
            line.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, round(1000 * self._limits.unconfirmed))

    def data_received(self, data: bytes) -> None:
        self.received += 1
        if self._incoming is None:
            self._shake_hands(data)
            return
        try:
            told = self._incoming.feed(data, self.handler)
        except Exception as error:  # noqa: BLE001  # a handler may raise anything; it costs its own connection
            logger.error("a handler raised %s", type(error).__name__)  # noqa: TRY400  # its text may be private
            self.abort()
            return
        if told:
            self._flush()

    def eof_received(self) -> None:
        self._protocol.receive_eof()
        if self._incoming is not None:
            self._incoming.open = self._protocol.state is State.OPEN
        self._flush()

    def pause_writing(self) -> None:
        self.writable = False
        self._stall.begin(self.abort)

    def resume_writing(self) -> None:
        self.writable = True
        self._stall.end()
        self.handler.writable()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the event loop passes it
        self.writable = False
        self._stall.end()
        if self._closing is not None:
            self._closing.cancel()
        if not self.gone.done():
            self.gone.set_result(None)
        if self._incoming is not None:
            self._incoming.stopped = True
            self.handler.lost(self._why_lost())
        # else it would stay in circles: a handler may know its socket, and the parser knows its protocol
        self.handler = Nobody()
        self._protocol.parser.close()
        if self._protocol.parser_exc is not None:
            self._protocol.parser_exc.__traceback__ = None

    # --- Inside

    def _shake_hands(self, data: bytes) -> None:
        raise NotImplementedError

    def _upgraded(self) -> None:
        self._incoming = Incoming(self._protocol, self._limits.message, self._loop.time)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if self.transport.is_closing():
                return
            if data:
                self.transport.write(data)
            elif self.transport.can_write_eof():
                with contextlib.suppress(OSError, RuntimeError):  # the peer has gone meanwhile
                    self.transport.write_eof()
            else:  # TLS
                self.transport.close()
        if self._closing is None and self._protocol.close_expected():
            self._closing = self._loop.call_later(self._limits.closing, self.transport.abort)

    def _why_lost(self) -> str:
        if self._stall.lasted:
            return STALLED
        broken = self._protocol.parser_exc
        if (self._incoming and self._incoming.failed) or not (broken is None or isinstance(broken, EOFError)):
            told = self._protocol.close_sent  # the rule, in words of the library's or of ours
            return f"the peer broke the WebSocket protocol: {told.reason if told else 'no close was sent'}"
        return BROKEN
