"""The server's end: listens, answers upgrade requests, and ends with its connections."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from socket import socket as Listener  # noqa: N812  # the others here are WebSockets

import anyio
from websockets.exceptions import SecurityError
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from .entrance import Entrance, Visitor, bind
from .handshake import first_event
from .limits import Limits
from .sockets import Socket, library

logger = logging.getLogger(__name__)

TOO_LARGE = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE


class ServerSocket(Socket):
    def __init__(self, listening: Listening, visitor: Visitor) -> None:
        limits = listening.limits
        self._server = ServerProtocol(max_size=limits.message, logger=library)
        super().__init__(self._server, limits)
        self._listening, self._visitor = listening, visitor
        self._task: asyncio.Task[None] | None = None  # from the request on
        self._asked, self._lines = 0, 0  # bytes and lines of the request so far

    def respond(self, status: HTTPStatus, text: str = "") -> Response:
        """A plain answer, after which the connection is closed."""
        return self._server.reject(status, text)

    def accept(self, request: Request) -> bool:
        """Upgrade, or refuse what is no proper WebSocket request."""
        return self.reply(self._server.accept(request))

    def reply(self, response: Response) -> bool:
        """Whether there is a WebSocket now."""
        if self._server.state is not State.CONNECTING or self.transport.is_closing():
            return False
        self._server.send_response(response)
        self._flush()
        if self._protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        self._visitor.leave()
        self._listening.upgrade(self)
        self._upgraded()
        return True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._visitor.transport = self.transport
        self._listening.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._visitor.leave()
        self._listening.leave(self)
        if self._incoming is None and self._task is not None:
            self._task.cancel()
        super().connection_lost(exc)

    def _shake_hands(self, data: bytes) -> None:
        if self._task is not None and not self._server.eof_sent:
            self.transport.abort()  # RFC 6455, 4.1: a client waits for the answer
            return
        over = self._server.eof_sent
        request, rest = first_event(self._server, data, self._read_line)
        self._flush()
        if self._server.eof_sent and not over:
            self._report()
        if rest:
            self.transport.abort()
        elif isinstance(request, Request):
            self._task = self._listening.start(self, request)

    def _read_line(self, line: bytes) -> None:
        """A request over the limits is answered before it is parsed, and its rest is read and dropped: if we
        closed while the peer still sends, it might not get the answer."""
        limits = self._limits
        self._asked += len(line)
        self._lines += line.endswith(b"\n")
        if self._asked > limits.request or self._lines > limits.headers + 2:  # the first line, and the last
            self._server.handshake_exc = SecurityError("request too large")
            self._server.send_response(self._server.reject(TOO_LARGE, ""))
        else:
            self._server.receive_data(line)

    def _report(self) -> None:
        """What came has ended, and was no request that could be answered."""
        reason = self._server.handshake_exc
        if isinstance(reason, SecurityError):  # the library has limits for lines of its own
            self._listening.too_large(self.host)


Serve = Callable[[ServerSocket], Awaitable[None]]
"""Serves one WebSocket. Sets its `handler` before it first waits; when it returns, the socket is closed."""

Answer = Callable[[ServerSocket, Request], Awaitable[Response | Serve]]
"""What to do with a request: a plain answer, made by `respond`, or an upgrade, and who serves it."""


class Listening:
    """A server while it listens. `addresses`: host and port of each socket."""

    entrance: Entrance

    def __init__(self, answer: Answer, limits: Limits, too_large: Callable[[str], None]) -> None:
        self.addresses: list[tuple[str, int]] = []
        self.limits, self.too_large = limits, too_large
        self._answer = answer
        self._sockets: set[ServerSocket] = set()
        self._upgraded: set[ServerSocket] = set()  # of them
        # No task group: it would wrap what the block of `listen` raises. `stop` ends every task.
        self._tasks: set[asyncio.Task[None]] = set()

    def is_full(self) -> bool:
        return len(self._upgraded) >= self.limits.connections

    def enter(self, socket: ServerSocket) -> None:
        self._sockets.add(socket)

    def upgrade(self, socket: ServerSocket) -> None:
        self._upgraded.add(socket)

    def leave(self, socket: ServerSocket) -> None:
        self._sockets.discard(socket)
        self._upgraded.discard(socket)

    def start(self, socket: ServerSocket, request: Request) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._handle(socket, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def stop(self) -> None:
        """Says 1001 to all, gives them time to end, and cuts what is left."""
        for socket in list(self._sockets):
            if socket.open:
                socket.close(1001)
            else:
                socket.abort()
        closing = self.limits.closing
        await self._ended(2 * closing)
        for task in self._tasks:
            task.cancel()
        for socket in self._sockets:
            socket.abort()
        await self._ended(closing)

    async def _ended(self, limit: float) -> None:
        if waiting := {*self._tasks, *(socket.gone for socket in self._sockets)}:
            await asyncio.wait(waiting, timeout=limit)

    async def _handle(self, socket: ServerSocket, request: Request) -> None:
        try:
            answer = await self._answer(socket, request)
            if isinstance(answer, Response):
                socket.reply(answer)
            elif socket.accept(request):
                await answer(socket)
                socket.close()
        except Exception as error:  # noqa: BLE001  # one connection must not end the others
            logger.error("a connection failed: %s", type(error).__name__)  # noqa: TRY400  # its text may be private
            socket.abort()
        except asyncio.CancelledError:
            socket.abort()
            raise


@asynccontextmanager
async def listen(
    answer: Answer,
    host: str,
    port: int,
    *,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    context: ssl.SSLContext | None = None,
    too_large: Callable[[str], None] = lambda host: None,  # noqa: ARG005  # nobody wants to know
    unlimited: Callable[[str], bool] = lambda host: False,  # noqa: ARG005  # nobody is
    limited: Callable[[str], None] = lambda limit: None,  # noqa: ARG005  # as above
    listeners: Sequence[Listener] = (),
) -> AsyncIterator[Listening]:
    """`listeners`: listen already, and are closed on leaving; by default some are opened for host and port.
    `too_large` is told the host of each peer whose request was over the limits: it was answered already.
    `unlimited`: whether `limits.per_host` does not count for a host. `limited` is told the name of each limit
    by which somebody was cut who is no WebSocket yet. On leaving, every connection is closed with 1001 and
    all tasks have ended; that takes at most three times `limits.closing`. Raises OSError."""
    listening = Listening(answer, limits, too_large)
    listeners = listeners or await bind(host, port)
    listening.addresses = [each.getsockname()[:2] for each in listeners]
    listening.entrance = entrance = Entrance(
        limits,
        context,
        partial(ServerSocket, listening),
        full=listening.is_full,
        unlimited=unlimited,
        limited=limited,
    )
    entrance.open(listeners)
    try:
        yield listening
    finally:
        entrance.close()
        with anyio.CancelScope(shield=True):
            await listening.stop()
