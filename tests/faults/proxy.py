"""A network that fails: TCP between a client and a service, which refuses, resets or falls silent when told."""

import asyncio
import socket
import struct
from contextlib import asynccontextmanager

RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, no time: a close is a reset


class Network:
    """`trouble`: "", "refused", "reset" or "silent" (half-open: nothing more arrives, on either side)."""

    def __init__(self, host, port):
        self._to, self.trouble = (host, port), ""
        self._server, self._live = None, set()
        self.port = 0

    async def open(self):
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def be(self, trouble):
        before, self.trouble = self.trouble, trouble
        if trouble == "refused":
            self._server.close()
        elif before == "refused":
            await self.open()
        if trouble in ("refused", "reset"):
            for writer in list(self._live):
                _reset(writer)

    async def close(self):
        self._server.close()
        for writer in list(self._live):
            writer.transport.abort()
        await asyncio.sleep(0.1)  # the event loop tells them one after the other

    async def _carry(self, reader, writer):
        self._live.add(writer)
        try:
            if self.trouble == "reset":
                _reset(writer)
                return
            there = await asyncio.open_connection(*self._to)
            self._live.add(there[1])
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, there[1]))
                    group.create_task(self._pump(there[0], writer))
            finally:
                self._live.discard(there[1])
                there[1].transport.abort()
        except OSError:
            pass
        finally:
            self._live.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader, writer):
        try:
            while data := await reader.read(65536):
                while self.trouble == "silent":
                    await asyncio.sleep(0.05)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.transport.abort()


def _reset(writer):
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@asynccontextmanager
async def network(host, port):
    made = Network(host, port)
    await made.open()
    try:
        yield made
    finally:
        await made.close()
