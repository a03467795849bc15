"""The client's end."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Literal

import anyio
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import WebSocketURI, parse_uri

from .handler import Handler
from .handshake import first_event
from .limits import Limits
from .mask import apply_mask
from .sockets import BROKEN, Socket, head_of, library
from .way import NoWay, Way

ConnectProblem = Literal["url", "connect", "proxy", "tls", "timeout", "status", "garbage", "broken"]
"""What stands in the way. "status": an HTTP answer that was no upgrade; "garbage": one that was no answer."""


class ConnectError(Exception):
    """Why there is no connection. `status`: of the answer, where the problem is "status". Neither the URL nor
    the answer is quoted: both may carry secrets."""

    def __init__(self, problem: ConnectProblem, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.problem, self.status = problem, status


MASKS = 256  # bytes of masks that are drawn together: to ask the system for each costs more than to apply it


class ClientSocket(Socket):
    def __init__(
        self, uri: WebSocketURI, headers: Iterable[tuple[str, str]], handler: Handler, limits: Limits
    ) -> None:
        self._client = ClientProtocol(uri, max_size=limits.message, logger=library)
        super().__init__(self._client, limits)
        self.handler = handler
        self._headers = headers
        self.answered: Mapping[str, str] = {}  # the headers of the server's answer
        self._ready = asyncio.Event()
        self._masks, self._mask_at = os.urandom(MASKS), 0

    async def opened(self) -> None:
        """Raises ConnectError."""
        await self._ready.wait()
        if self._incoming is None:
            reason = self._client.handshake_exc
            if isinstance(reason, InvalidStatus):
                status = reason.response.status_code
                raise ConnectError("status", f"expected an upgrade, got status {status}", status)
            if reason:
                raise ConnectError("garbage", "expected an upgrade, got no valid answer")
            raise ConnectError("broken", BROKEN)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        request = self._client.connect()
        for name, value in self._headers:
            request.headers[name] = value
        self._client.send_request(request)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._ready.set()

    def eof_received(self) -> None:
        super().eof_received()
        if self._client.events_received():  # an answer whose end was the end of the stream
            self._ready.set()

    def _shake_hands(self, data: bytes) -> None:
        response, rest = first_event(self._client, data, self._client.receive_data)
        self._flush()
        if isinstance(response, Response) and self._client.state is State.OPEN:
            self.answered = response.headers
            self._upgraded()
        if self._client.handshake_exc or self._incoming:
            self._ready.set()
        if rest and self._incoming:
            self.data_received(rest)

    def _send_whole(self, kind: int, data: bytes) -> None:
        mask = self._masks[self._mask_at : self._mask_at + 4]
        self._mask_at += 4
        if self._mask_at >= MASKS:
            self._masks, self._mask_at = os.urandom(MASKS), 0
        self.transport.write(head_of(kind, 0x80, len(data)) + mask + apply_mask(data, mask))


@asynccontextmanager
async def connect(
    url: str,
    handler: Handler,
    *,
    headers: Iterable[tuple[str, str]] = (),
    limits: Limits = Limits(),  # noqa: B008  # frozen
    context: ssl.SSLContext | None = None,
    proxy: str | None = None,
) -> AsyncIterator[ClientSocket]:
    """Closed with 1000 on leaving. `handler` may be called before the block is entered. `limits.handshake`
    bounds all of the opening. For `wss`, without `context`, the system's certificates decide. `proxy`: the
    URL of an HTTP proxy to go through, with its user and password if it wants them.

    Raises ConnectError."""
    try:
        uri = parse_uri(url)
    except InvalidURI:
        raise ConnectError("url", "expected a ws or wss URL") from None
    if uri.secure and context is None:
        context = ssl.create_default_context()
    way = Way(uri, context if uri.secure else None, limits.closing, proxy)
    socket = await _open(ClientSocket(uri, headers, handler, limits), way, limits.handshake)
    try:
        yield socket
    finally:
        socket.close()
        if not socket.gone.done():
            with anyio.CancelScope(shield=True):
                await asyncio.wait({socket.gone}, timeout=2 * limits.closing)
        socket.abort()


async def _open(socket: ClientSocket, way: Way, patience: float) -> ClientSocket:
    transport: asyncio.Transport | None = None
    opened = False
    try:
        async with asyncio.timeout(patience):
            transport = await way.take(socket)
            await socket.opened()
        opened = True
    except TimeoutError:
        raise ConnectError("timeout", f"no answer within {patience:g} s") from None
    except ssl.SSLError as error:
        raise ConnectError("tls", f"TLS failed: {error.reason or 'unknown'}") from None
    except NoWay as error:
        raise ConnectError("proxy", str(error)) from None
    except OSError as error:
        raise ConnectError("connect", f"cannot connect: {error.strerror or error}") from None
    finally:
        if transport is not None and not opened:
            transport.abort()
    return socket
