"""A server that keeps what it is told, and raw frames to send to it."""

import asyncio
import base64
import struct
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import SimpleNamespace

import anyio
import pytest

from switchhook_websocket import Limits, listen

MASK = b"\x11\x22\x33\x44"
TEXT, BINARY, CONT, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
KEY = base64.b64encode(bytes(16)).decode()
UPGRADE = (
    "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
).encode()


def frame(opcode, payload=b"", *, fin=True, reserved=0, mask=MASK):
    size = len(payload)
    head = bytes([(fin << 7) | reserved | opcode])
    bit = 0x80 if mask else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65_536:
        head += struct.pack("!BH", bit | 126, size)
    else:
        head += struct.pack("!BQ", bit | 127, size)
    if not mask:
        return head + payload
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))


def closing(code, reason=b""):
    return struct.pack("!H", code) + reason


class Keeper:
    """A handler; `told` is all messages in order."""

    def __init__(self, socket=None):
        self.socket = socket
        self.told = []
        self.why = None
        self.times_writable = 0
        self._changed = anyio.Event()

    def text(self, message):
        self._tell(message)

    def binary(self, message):
        self._tell(message)

    def writable(self):
        self.times_writable += 1

    def lost(self, why):
        assert self.why is None
        self.why = why
        self._tell(None)

    def _tell(self, message):
        if message is not None:
            self.told.append(message)
        self._changed.set()
        self._changed = anyio.Event()

    async def until(self, condition):
        while not condition():
            await self._changed.wait()


class House:
    """What `listen` asks; `keepers` are those of the connections, in their order."""

    keeper = Keeper

    def __init__(self):
        self.requests, self.keepers = [], []
        self.hold = None  # an event to wait for before a request is answered

    async def answer(self, socket, request):
        self.requests.append(request)
        if self.hold is not None:
            await self.hold.wait()
        if request.path == "/livez":
            return socket.respond(HTTPStatus.OK, "ok\n")
        if request.path == "/no":
            return socket.respond(HTTPStatus.UNAUTHORIZED)
        return self.serve

    async def serve(self, socket):
        keeper = self.keeper(socket)
        socket.handler = keeper
        self.keepers.append(keeper)
        await keeper.until(lambda: keeper.why is not None)


class Raw:
    """A TCP client."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def send(self, data):
        self.writer.write(data)

    async def upgrade(self):
        self.send(UPGRADE)
        return await self.answer()

    async def answer(self):
        return await self.reader.readuntil(b"\r\n\r\n")

    async def frame(self):
        """Opcode and payload of what the server sends; None at the end of the stream."""
        try:
            first, second = await self.reader.readexactly(2)
        except asyncio.IncompleteReadError:
            return None
        size = second
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        return first & 0xF, await self.reader.readexactly(size)

    async def closed_with(self):
        """The code of the close frame, and the end of the stream behind it."""
        opcode, payload = await self.frame()
        assert opcode == CLOSE
        assert await self.frame() is None
        return int.from_bytes(payload[:2], "big")

    async def rest(self):
        try:
            return await self.reader.read()
        except ConnectionResetError:
            return b""


@pytest.fixture
def house():
    return House()


@asynccontextmanager
async def listening(house, **limits):
    with anyio.fail_after(20):
        async with listen(house.answer, "127.0.0.1", 0, limits=Limits(**limits)) as server:
            yield server


@asynccontextmanager
async def raw(server):
    reader, writer = await asyncio.open_connection(*server.addresses[0])
    try:
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture
async def server(anyio_backend, house):
    async with listening(house) as server:
        yield server


@pytest.fixture
async def client(server):
    """An upgraded raw client."""
    async with raw(server) as client:
        assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")
        yield client


@pytest.fixture
def kit():
    """What tests of the handshake need of this module."""
    return SimpleNamespace(raw=raw, listening=listening, UPGRADE=UPGRADE, Keeper=Keeper)
