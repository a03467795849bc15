"""Connections that say nothing, or not enough, and callers who come meanwhile."""

import asyncio
import errno
import logging
import ssl
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import pytest

from switchhook_websocket import Limits, connect, entrance, listen

pytestmark = pytest.mark.anyio

DATA = Path(__file__).parents[2] / "transport_genesys" / "data"


@pytest.fixture
def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(DATA / "localhost.crt", DATA / "localhost.key")
    return made


@pytest.fixture
def trusting():
    made = ssl.create_default_context()
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    return made


async def idle(stack, server, count):
    """So many connections that say nothing, in their order."""
    made = []
    for _ in range(count):
        reader, writer = await asyncio.open_connection(*server.addresses[0])
        stack.callback(lambda writer=writer: writer.transport.abort())  # it is kept until then
        made.append((reader, writer))
    return made


async def is_cut(reader):
    try:
        with anyio.fail_after(5):
            return await reader.read() == b""
    except ConnectionResetError:
        return True


async def test_a_caller_is_served_however_many_say_nothing(kit, house):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(kit.listening(house, waiting=5, per_host=5))
        (first, _), *_ = await idle(stack, server, 20)
        client = await stack.enter_async_context(kit.raw(server))
        assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")
        assert await is_cut(first)


async def test_a_live_call_is_not_cut_for_newcomers(kit, house):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(kit.listening(house, waiting=2, per_host=2))
        client = await stack.enter_async_context(kit.raw(server))
        await client.upgrade()
        await idle(stack, server, 10)
        house.keepers[0].socket.send("still there")
        assert (await client.frame())[1] == b"still there"


async def test_before_a_byte_has_come_no_handshake_is_begun(kit, house, context, monkeypatch):
    """TLS takes a quarter of a megabyte for each connection."""
    begun = []
    greet = entrance.Entrance.greet

    async def counted(self, visitor, connection):
        begun.append(visitor)
        await greet(self, visitor, connection)

    monkeypatch.setattr(entrance.Entrance, "greet", counted)
    async with AsyncExitStack() as stack:
        listening = listen(house.answer, "127.0.0.1", 0, context=context, limits=Limits(waiting=3))
        server = await stack.enter_async_context(listening)
        made = await idle(stack, server, 8)
        assert await is_cut(made[0][0])
        assert begun == []


async def test_who_never_ends_the_handshake_is_cut_at_the_limit(house, context):
    async with AsyncExitStack() as stack:
        listening = listen(house.answer, "127.0.0.1", 0, context=context, limits=Limits(handshake=0.2))
        server = await stack.enter_async_context(listening)
        [(reader, writer)] = await idle(stack, server, 1)
        writer.write(b"\x16\x03\x01\x02\x00\x01")
        assert await is_cut(reader)


async def test_a_call_over_tls_is_answered(kit, house, context, trusting):
    async with listen(house.answer, "127.0.0.1", 0, context=context) as server:
        host, port = server.addresses[0]
        async with connect(f"wss://{host}:{port}/", kit.Keeper(), context=trusting) as socket:
            assert socket.open


async def test_what_is_no_tls_is_cut_and_costs_nobody_else(kit, house, context, trusting, caplog):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(listen(house.answer, "127.0.0.1", 0, context=context))
        [(reader, writer)] = await idle(stack, server, 1)
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await is_cut(reader)
        host, port = server.addresses[0]
        async with connect(f"wss://{host}:{port}/", kit.Keeper(), context=trusting) as socket:
            assert socket.open
    assert caplog.records == []


async def test_a_proxy_of_ours_may_bring_any_number(kit, house):
    limits = Limits(per_host=1)
    async with AsyncExitStack() as stack:
        listening = listen(house.answer, "127.0.0.1", 0, limits=limits, unlimited=lambda host: True)
        server = await stack.enter_async_context(listening)
        clients = [await stack.enter_async_context(kit.raw(server)) for _ in range(5)]
        for client in clients:
            assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")


async def test_a_limit_is_told_and_logged_once_a_second(house, caplog, monkeypatch):
    monkeypatch.setattr(entrance, "PERIOD", 0.2)
    told = []
    async with AsyncExitStack() as stack:
        listening = listen(house.answer, "127.0.0.1", 0, limits=Limits(per_host=1), limited=told.append)
        server = await stack.enter_async_context(listening)
        made = await idle(stack, server, 6)
        for reader, _ in made[:5]:
            assert await is_cut(reader)
        assert told == ["per_host"] * 5
        await anyio.sleep(0.3)
    [record] = caplog.records
    assert "5 by per_host" in record.getMessage()


class NoDescriptor:
    """A socket that cannot accept, so many times."""

    def __init__(self, listener, times):
        self._listener, self.times = listener, times

    def fileno(self):
        return self._listener.fileno()

    def close(self):
        self._listener.close()

    def getsockname(self):
        return self._listener.getsockname()

    def accept(self):
        if self.times:
            self.times -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return self._listener.accept()


@pytest.fixture
def short_of_descriptors(monkeypatch):
    """The listening socket of a server, from when `times` is set."""
    made = []

    async def bound(host, port):
        made[:] = [NoDescriptor(each, 0) for each in await bind(host, port)]
        return made

    bind = entrance.bind
    monkeypatch.setattr("switchhook_websocket.server.bind", bound)
    return made


async def test_without_a_descriptor_the_oldest_that_says_nothing_gives_its_own(
    kit, house, short_of_descriptors
):
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(kit.listening(house))
        (first, _), (second, _) = await idle(stack, server, 2)
        await anyio.wait_all_tasks_blocked()
        short_of_descriptors[0].times = 1
        client = await stack.enter_async_context(kit.raw(server))
        assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")
        assert await is_cut(first)
        assert not second.at_eof()


async def test_where_nobody_can_give_one_it_is_tried_again_later(
    kit, house, short_of_descriptors, monkeypatch, caplog
):
    monkeypatch.setattr(entrance, "SHORT", 0.05)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(kit.listening(house))
        short_of_descriptors[0].times = 3
        client = await stack.enter_async_context(kit.raw(server))
        assert (await client.upgrade()).startswith(b"HTTP/1.1 101 ")
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "3 by descriptors" in record.getMessage()
