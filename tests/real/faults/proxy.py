"""A network that fails: TCP between a client and a service, which refuses, resets, crawls or falls silent when
told."""

import socket
import struct
from contextlib import asynccontextmanager, suppress

import anyio
from anyio.abc import SocketAttribute

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, no time: a close is a reset
CRAWL, STEP = 2000, 0.05  # bytes a second, and seconds
BROKEN = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)


class Network:
    """`trouble`: "", "refused", "reset", "slow" or "silent" (half-open: nothing more arrives, on either side)."""

    def __init__(self, group, host, port):
        self._group, self._to, self.trouble = group, (host, port), ""
        self._listener, self._live = None, set()
        self.port = 0

    async def open(self):
        self._listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=self.port)
        self.port = self._listener.listeners[0].extra(SocketAttribute.local_port)
        self._group.start_soon(self._serve, self._listener)

    async def be(self, trouble):
        before, self.trouble = self.trouble, trouble
        if trouble == "refused":
            await self._listener.aclose()
        elif before == "refused":
            await self.open()
        if trouble in ("refused", "reset"):
            for stream in list(self._live):
                await _reset(stream)

    async def _serve(self, listener):
        try:
            await listener.serve(self._carry)
        except* BROKEN:  # closed: it refuses
            pass

    async def _carry(self, near):
        if self.trouble == "reset":
            await _reset(near)
            return
        self._live.add(near)
        try:
            with anyio.CancelScope(
                shield=True
            ):  # a connection that is cancelled on its way is closed by nobody
                there = await anyio.connect_tcp(*self._to)
            async with near, there as far, anyio.create_task_group() as group:
                group.start_soon(self._pump, near, far, group.cancel_scope)
                group.start_soon(self._pump, far, near, group.cancel_scope)
        except BROKEN:
            pass
        finally:
            self._live.discard(near)

    async def _pump(self, source, sink, over):
        try:
            async for data in source:
                await self._carry_on(data, sink)
        except BROKEN:
            pass
        over.cancel()

    async def _carry_on(self, data, sink):
        while data:
            while self.trouble == "silent":
                await anyio.sleep(STEP)
            size = len(data)
            if self.trouble == "slow":
                size = int(CRAWL * STEP)
                await anyio.sleep(STEP)
            await sink.send(data[:size])
            data = data[size:]


async def _reset(stream):
    with suppress(OSError):  # it has gone by itself
        stream.extra(SocketAttribute.raw_socket).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    await anyio.aclose_forcefully(stream)


@asynccontextmanager
async def network(host, port):
    async with anyio.create_task_group() as group:
        made = Network(group, host, port)
        await made.open()
        yield made
        await made._listener.aclose()
        group.cancel_scope.cancel()
