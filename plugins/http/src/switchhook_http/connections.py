"""Connections that are closed even where they are given up while TLS is agreed on, and that may be had ready.

The HTTP library closes one that fails then, but not one that is cancelled: its socket would stay for as long
as a silent peer does. Calls cancel requests all the time.
"""

from __future__ import annotations

import select
import ssl
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore2

from .errors import translated

READY_FOR = 25.0  # seconds: a service closes a connection on which nothing comes
POLLS = hasattr(select, "poll")  # not on Windows
SETTLING = 0.5  # seconds in which a peer sends what belongs to TLS: what comes later is its farewell


class Connections(httpcore2.AnyIOBackend):
    """`to`: the host and port that all of them lead to, whatever the request names."""

    def __init__(self, to: tuple[str, int] | None = None) -> None:
        super().__init__()
        self._to = to

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        host, port = self._to or (host, port)
        return _Stream(await super().connect_tcp(host, port, timeout, local_address, socket_options))


class ReadyConnections(Connections):
    """Who connects is given the connection that is ready, if there is one."""

    def __init__(self) -> None:
        super().__init__()
        self._ready: _Ready | None = None
        self._closed = False

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        ready, self._ready = self._ready, None
        if ready is not None:
            if ready.is_of_use(host, port):
                return ready
            await _close(ready)
        return await super().connect_tcp(host, port, timeout, local_address, socket_options)

    async def prepare(
        self, host: str, port: int, context: ssl.SSLContext | None, patience: float | None
    ) -> None:
        """Has a connection ready, in place of the one before. Raises HttpError."""
        with translated():
            await self._prepare(host, port, context, patience)

    async def _prepare(
        self, host: str, port: int, context: ssl.SSLContext | None, patience: float | None
    ) -> None:
        stream: httpcore2.AsyncNetworkStream
        stream = await super().connect_tcp(host, port, patience)
        if context is not None:
            stream = await stream.start_tls(context, host, patience)
        try:
            with anyio.move_on_after(SETTLING) as settled:
                await stream.read(1)
        except BaseException:
            await _close(stream)
            raise
        before: httpcore2.AsyncNetworkStream | None = stream
        if settled.cancelled_caught and not self._closed:  # else it talks unasked, or has closed
            before, self._ready = self._ready, _Ready(stream, host, port)
        await _close(before)

    async def aclose(self) -> None:
        self._closed = True
        ready, self._ready = self._ready, None
        await _close(ready)


async def _close(stream: httpcore2.AsyncNetworkStream | None) -> None:
    if stream is not None:
        with anyio.CancelScope(shield=True):
            await stream.aclose()


class _Wrapped(httpcore2.AsyncNetworkStream):
    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner
        self.read, self.write, self.aclose = inner.read, inner.write, inner.aclose  # type: ignore[method-assign]  # unchanged
        self._socket: Any = None
        self._poll: Any = None

    def get_extra_info(self, info: str) -> Any:
        # The pool asks every idle connection at every request, and the library looks for the socket each
        # time: at two hundred calls that was a tenth of the server's work.
        return self._is_readable() if info == "is_readable" and POLLS else self._inner.get_extra_info(info)

    def _is_readable(self) -> bool:
        """Of an idle connection: the peer has closed it."""
        if self._poll is None:
            try:
                self._socket = self._inner.get_extra_info("socket")
            except AttributeError:  # from uvloop, of a transport that has gone
                return True
            if self._socket is None or self._socket.fileno() < 0:
                return True
            self._poll = select.poll()
            self._poll.register(self._socket.fileno(), select.POLLIN)
        return self._socket.fileno() < 0 or bool(self._poll.poll(0))


class _Ready(_Wrapped):
    """TLS is agreed on, if it is to be."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, host: str, port: int) -> None:
        super().__init__(inner)
        self._peer, self._made = (host, port), anyio.current_time()

    def is_of_use(self, host: str, port: int) -> bool:
        young = anyio.current_time() - self._made < READY_FOR
        return young and self._peer == (host, port) and not self.get_extra_info("is_readable")

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002  # the one it was made with
        server_hostname: str | None = None,  # noqa: ARG002  # likewise
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  # the library's signature
    ) -> httpcore2.AsyncNetworkStream:
        return self


class _Stream(_Wrapped):
    """Until TLS begins."""

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the library's signature
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return _Wrapped(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except anyio.get_cancelled_exc_class():
            await _close(self._inner)
            raise
