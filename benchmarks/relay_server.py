"""The servers that `relay.py` compares, and the second WebSocket that each of them relays to.

`python benchmarks/relay_server.py KIND [URL]` prints where it listens; for each line on standard input it
prints its CPU time in seconds and how many binary messages came.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any

import anyio
from process import HOST, INSTANCE, KEY, SECRET
from process import started as started_as
from websockets.asyncio.client import connect as bare_connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from switchhook import Closed, Full, Leg, LegEvent, Options, ServerSettings
from switchhook.serving.state.together import hold_all
from switchhook.testing import MemoryState
from switchhook_audiohook.settings import GenesysSettings
from switchhook_transport_genesys.server import GenesysTransport
from switchhook_websocket import Handler, Limits, Request, Serve, ServerSocket, connect, listen
from switchhook_websocket.incoming import Incoming


class Count:
    came = 0


class Listener:
    """Hands binary messages on, and knows when the connection is over."""

    def __init__(self, onward: Callable[[bytes], None]) -> None:
        self._onward = onward
        self.over = asyncio.Event()

    def text(self, message: str, /) -> None: ...
    def writable(self) -> None: ...

    def binary(self, message: bytes, /) -> None:
        Count.came += 1
        self._onward(message)

    def lost(self, _why: str, /) -> None:
        self.over.set()


def ignore(_message: bytes) -> None: ...


async def accepting(serve_one: Serve) -> None:
    async def answer(_socket: ServerSocket, _request: Request) -> Serve:
        return serve_one

    async with listen(answer, HOST, 0, limits=Limits(connections=10_000)) as listening:
        started(listening.addresses[0][1])
        await anyio.sleep_forever()


async def second(_url: str) -> None:
    """Takes what is relayed."""

    async def take(socket: ServerSocket) -> None:
        listener = Listener(ignore)
        socket.handler = listener
        await listener.over.wait()

    await accepting(take)


async def bare(url: str) -> None:
    """`websockets` as its documentation shows it."""

    async def relay(caller: ServerConnection) -> None:
        async with bare_connect(url, compression=None) as onward:
            with suppress(ConnectionClosed):
                async for message in caller:
                    Count.came += 1
                    await onward.send(message)

    async with serve(relay, HOST, 0, compression=None) as server:
        started(next(iter(server.sockets)).getsockname()[1])
        await anyio.sleep_forever()


async def sockets(url: str) -> None:
    """Our sockets without AudioHook."""

    async def relay(caller: ServerSocket) -> None:
        listener = Listener(ignore)
        caller.handler = listener
        async with connect(url, Listener(ignore)) as onward:
            caller.handler = later = Listener(onward.send)
            await later.over.wait()

    await accepting(relay)


async def parser(url: str) -> None:
    """The same without the shortcut for whole binary messages."""
    Incoming._skim = lambda *_: 0  # type: ignore[method-assign]  # noqa: SLF001  # what is compared
    await sockets(url)


class Line:
    """The engine's end of a leg: each frame to the second WebSocket."""

    def __init__(self, onward: Callable[[bytes], None]) -> None:
        self._onward = onward
        self.over = asyncio.Event()

    def audio(self, data: bytes, /) -> None:
        Count.came += 1
        self._onward(data)

    def event(self, event: LegEvent, /) -> None:
        if isinstance(event, Closed):
            self.over.set()


class Desk:
    """A reception that knows one connector and takes everybody."""

    connectors: Mapping[str, Mapping[str, object]] = {
        "bench": {"integration": "main", "instance_id": INSTANCE}
    }

    def __init__(self, url: str) -> None:
        self._url = url
        self.state = MemoryState()

    def admit(self) -> str | None:
        return None

    ready = admit

    async def admission(self) -> AbstractAsyncContextManager[object]:
        return nullcontext()

    async def admission_within(
        self, limits: Mapping[str, int], /
    ) -> AbstractAsyncContextManager[object] | Full:
        return await hold_all(self.state, limits)

    def alive(self) -> bool:
        return True

    def languages(self, _connector: str, /) -> Sequence[str]:
        return ()

    def refused(self, reason: str, details: Mapping[str, object], /) -> None:
        print("refused:", reason, details, file=sys.stderr)

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None: ...

    async def probe(self, _connectors: Sequence[str], /) -> str:
        return ""

    async def answer(self, leg: Leg, /) -> None:
        listener: Handler = Listener(ignore)
        async with connect(self._url, listener) as onward:
            line = Line(onward.send)
            leg.start(line)
            await line.over.wait()


async def audiohook(url: str) -> None:
    """The transport: signed upgrade, session, limits, leg."""
    table = {"integrations": {"main": {"keys": [{"api_key": KEY, "client_secret": SECRET}]}}}
    settings = Options(table, place="transport", base=Path()).parse(GenesysSettings)
    transport = GenesysTransport(settings, ServerSettings(host=HOST, port=0))
    async with anyio.create_task_group() as group:
        [address] = await group.start(transport.serve, Desk(url))
        started(int(address.rstrip("/").rpartition(":")[2]))


KINDS: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {
    each.__name__: each for each in (second, bare, parser, sockets, audiohook)
}


def started(port: int) -> None:
    started_as(f"ws://{HOST}:{port}/", lambda: {"came": Count.came})


if __name__ == "__main__":
    anyio.run(KINDS[sys.argv[1]], sys.argv[-1], backend_options={"use_uvloop": True})
