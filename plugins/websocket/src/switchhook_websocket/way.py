"""The way to a server: straight, or through an HTTP proxy."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from typing import cast

from websockets.exceptions import InvalidProxy
from websockets.proxy import parse_proxy, prepare_connect_request
from websockets.uri import WebSocketURI

ANSWER = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
LONGEST = 16_384  # bytes of a proxy's answer


class NoWay(Exception):  # noqa: N818  # said by whoever asked for it
    """Why the proxy does not let us through. It quotes neither its URL nor its answer."""


@dataclass(frozen=True)
class Way:
    """`closing`: seconds for TLS to be ended."""

    uri: WebSocketURI
    context: ssl.SSLContext | None
    closing: float
    proxy: str | None = None

    async def take(self, protocol: asyncio.Protocol) -> asyncio.Transport:
        """Raises NoWay, OSError, ssl.SSLError."""
        if self.proxy is not None:
            return await self._take_through(self.proxy, protocol)
        transport, _ = await asyncio.get_running_loop().create_connection(
            lambda: protocol,
            self.uri.host,
            self.uri.port,
            ssl=self.context,
            ssl_shutdown_timeout=self.closing if self.context else None,
        )
        return transport

    async def _take_through(self, proxy: str, protocol: asyncio.Protocol) -> asyncio.Transport:
        host, port, request = self._asking(proxy)
        loop = asyncio.get_running_loop()
        tunnel, door = await loop.create_connection(lambda: _Door(request), host, port)
        try:
            await door.answered()
            transport = await self._secured(tunnel, self.context) if self.context else tunnel
            transport.set_protocol(protocol)
            protocol.connection_made(transport)
        except BaseException:
            tunnel.abort()
            raise
        return transport

    def _asking(self, url: str) -> tuple[str, int, bytes]:
        """Host and port of the proxy, and the request to it."""
        try:
            proxy = parse_proxy(url)
        except (InvalidProxy, ValueError):
            form = "http://host:port or http://user:password@host:port"
            raise NoWay(f"expected the URL of the proxy as {form}") from None
        if proxy.scheme != "http":
            raise NoWay(f"expected the URL of the proxy to begin with http, got {proxy.scheme}")
        return proxy.host, proxy.port, prepare_connect_request(proxy, self.uri, None)

    async def _secured(self, tunnel: asyncio.Transport, context: ssl.SSLContext) -> asyncio.Transport:
        quiet = _Quiet()
        transport = await asyncio.get_running_loop().start_tls(
            tunnel, quiet, context, server_hostname=self.uri.host, ssl_shutdown_timeout=self.closing
        )
        if transport is None or quiet.broken:
            raise OSError("the connection broke")
        return transport


class _Quiet(asyncio.Protocol):
    """The protocol until somebody listens: a server has nothing to say before it is asked."""

    broken = False

    def data_received(self, _data: bytes) -> None:
        self.broken = True

    def eof_received(self) -> None:
        self.broken = True

    def connection_lost(self, _error: Exception | None) -> None:
        self.broken = True


class _Door(asyncio.Protocol):
    """A proxy that is asked to connect us. What a server sends after its answer is not for us to read: it
    says nothing before we do."""

    def __init__(self, request: bytes) -> None:
        self._request, self._head = request, bytearray()
        self._over = asyncio.Event()

    async def answered(self) -> None:
        """Raises NoWay."""
        await self._over.wait()
        found = ANSWER.match(self._head)
        if found is None or b"\r\n\r\n" not in self._head:
            raise NoWay("the proxy gives no valid answer")
        if not found[1].startswith(b"2"):
            raise NoWay(f"the proxy answers {found[1].decode()}")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" in self._head or len(self._head) > LONGEST:
            self._over.set()

    def connection_lost(self, _error: Exception | None) -> None:
        self._over.set()
