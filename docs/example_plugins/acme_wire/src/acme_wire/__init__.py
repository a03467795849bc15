"""Calls over a plain WebSocket: ws://host:port/CONNECTOR, for a browser or a gateway of one's own.

A binary message is audio, signed 16-bit samples, little-endian, 8,000 a second, both ways. A text message is
one key that the caller pressed; the server's only one is "flush": play nothing of what you still hold.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping, Sequence

import anyio
import anyio.abc
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from switchhook import (
    AudioFormat,
    Closed,
    Digit,
    LegInfo,
    Options,
    Outcome,
    Pace,
    Reception,
    ServerSettings,
    Sink,
    Table,
    Transport,
    TurnReport,
    hookimpl,
)

PENDING = 10.0  # seconds of audio that a caller may be behind
GRACE = 2.0  # seconds for what is still to be sent, and for the peer to close
KEYS = "0123456789*#ABCD"


class WireOptions(Table):
    """No options yet: an unknown one is an error all the same."""


class Wire:
    def __init__(self, settings: ServerSettings) -> None:
        self.settings, self.numbers = settings, itertools.count(1)

    async def serve(
        self, reception: Reception, /, *, task_status: anyio.abc.TaskStatus[Sequence[str]]
    ) -> None:
        def greet(connection: ServerConnection, request: Request) -> Response | None:
            if request.path.strip("/") not in reception.connectors:
                reception.refused("no such connector", {})
                return connection.respond(404, "no such connector\n")
            if why := reception.admit():
                reception.refused(why, {})
                return connection.respond(503, f"{why}\n")
            return None

        async def answer(socket: ServerConnection) -> None:
            path = socket.request.path if socket.request else ""
            leg = WireLeg(socket, LegInfo(f"wire-{next(self.numbers)}", path.strip("/")))
            async with anyio.create_task_group() as group:
                for work in (leg.read, leg.write, leg.hang_up):
                    group.start_soon(work)
                await reception.answer(leg)
                group.cancel_scope.cancel()

        host, port = self.settings.host, self.settings.port
        options = {"process_request": greet, "compression": None, "close_timeout": GRACE, "max_size": 64_000}
        server = await serve(answer, host, port, **options)
        try:
            task_status.started(addresses(server))
            await anyio.sleep_forever()
        finally:
            server.close()
            with anyio.move_on_after(2 * GRACE, shield=True):
                await server.wait_closed()


def addresses(server: Server) -> list[str]:
    return ["ws://{}:{}/".format(*socket.getsockname()[:2]) for socket in server.sockets]


class WireLeg:
    """What the engine calls returns at once; three tasks talk to the socket."""

    audio = AudioFormat("PCM", 8000)
    pace = Pace(rate=10, burst=20, largest=32_000, confirms=False)

    def __init__(self, socket: ServerConnection, info: LegInfo) -> None:
        self.socket, self.info = socket, info
        self.sink: Sink | None = None
        self.early: deque[bytes | Digit | Closed] = deque(maxlen=500)  # what came before `start`
        self.pending: deque[bytes | str] = deque()
        self.more, self.ending, self.sent = anyio.Event(), anyio.Event(), anyio.Event()

    def start(self, sink: Sink, /) -> None:
        self.sink = sink
        while self.early:
            self.arrived(self.early.popleft())

    def arrived(self, what: bytes | Digit | Closed) -> None:
        if self.sink is None:
            self.early.append(what)
        elif isinstance(what, bytes):
            self.sink.audio(what)
        else:
            self.sink.event(what)

    def play(self, data: bytes, /) -> None:
        if not self.ending.is_set():
            self.pending.append(data)
            self.more.set()
            if self.audio.seconds(sum(map(len, self.pending))) > PENDING:
                self.ending.set()  # nobody reads at the other end

    def flush(self) -> None:
        if not self.ending.is_set():
            self.pending.clear()
            self.pending.append("flush")
            self.more.set()

    def pause(self) -> None:
        """The wire knows no pause."""

    def resume(self) -> None:
        pass

    def tell(self, report: TurnReport, /) -> None:
        """The peer is told nothing of turns."""

    def end(self, outcome: Outcome, variables: Mapping[str, str], /) -> None:
        self.ending.set()
        self.more.set()

    async def read(self) -> None:
        reason = "hung_up"
        try:
            async for message in self.socket:
                if isinstance(message, bytes):
                    self.arrived(message[: len(message) & ~1])
                elif message in KEYS and len(message) == 1:
                    self.arrived(Digit(message))
        except ConnectionClosed:
            reason = "lost"
        closed = Closed("ended" if self.ending.is_set() else reason)
        self.ending.set()
        self.arrived(closed)

    async def write(self) -> None:
        try:
            while self.pending or not self.ending.is_set():
                if not self.pending:
                    self.more = anyio.Event()
                    await self.more.wait()
                while self.pending:
                    await self.socket.send(self.pending.popleft())
        except ConnectionClosed:
            self.pending.clear()  # the reader knows as well, and says so
        self.sent.set()

    async def hang_up(self) -> None:
        await self.ending.wait()
        with anyio.move_on_after(GRACE):
            await self.sent.wait()
        await self.socket.close()


@hookimpl
def create_transport(options: Options, server: ServerSettings) -> Transport:
    options.parse(WireOptions)
    return Wire(server)
