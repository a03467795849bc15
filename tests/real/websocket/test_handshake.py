"""From the connection to the WebSocket, and what never becomes one."""

import socket

import anyio
import pytest

from switchhook_websocket import ConnectError, connect, listen

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/livez", "/no"])
async def test_a_request_may_be_answered_plainly(kit, house, server, path):
    async with kit.raw(server) as client:
        client.send(kit.UPGRADE.replace(b"GET /", b"GET " + path.encode(), 1))
        answer = await client.rest()
    assert answer.startswith(b"HTTP/1.1 200" if path == "/livez" else b"HTTP/1.1 401")
    assert house.keepers == []


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01 no HTTP at all\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 200 + b"\r\n",
        b"\r\n\r\n",
    ],
    ids=["garbage", "post", "no upgrade", "long header", "many headers", "empty lines"],
)
async def test_what_is_no_upgrade_ends_without_a_websocket(kit, house, server, request_bytes):
    async with kit.raw(server) as client:
        client.send(request_bytes)
        answer = await client.rest()
    assert not answer or answer.startswith(b"HTTP/1.1 4")
    assert house.keepers == []


@pytest.mark.parametrize(
    ("lines", "length", "answer"), [(59, 200, b"101"), (60, 1, b"431"), (59, 400, b"431"), (1, 9_000, b"431")]
)
async def test_a_request_is_bounded_in_lines_and_bytes(kit, house, server, lines, length, answer):
    more = b"".join(b"X-%d: %s\r\n" % (number, b"a" * length) for number in range(lines))
    async with kit.raw(server) as client:
        client.send(kit.UPGRADE[:-2] + more + b"\r\n")
        assert (await client.answer()).split()[1] == answer
    assert len(house.requests) == (answer == b"101")


async def test_what_comes_behind_a_request_that_is_too_large_is_read_and_dropped(kit, house, server):
    """A client that still sends when the connection is cut may never read the answer."""
    async with kit.raw(server) as client:
        client.send(b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 200_000)
        assert (await client.rest()).startswith(b"HTTP/1.1 431 ")
    assert house.requests == []


async def test_whose_request_is_too_large_is_told_once(kit, house):
    told = []
    with anyio.fail_after(20):
        async with (
            listen(house.answer, "127.0.0.1", 0, too_large=told.append) as server,
            kit.raw(server) as client,
        ):
            client.send(b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 100)
            await client.answer()
            client.send(b"X: a\r\n" * 100)
            await client.rest()
    assert told == ["127.0.0.1"]


async def test_a_request_that_never_ends_is_cut_at_the_limit(kit, house):
    async with kit.listening(house, handshake=0.2) as server, kit.raw(server) as client:
        client.send(b"GET / HTTP/1.1\r\n")
        assert await client.rest() == b""


async def test_who_connects_and_says_nothing_is_cut_at_the_limit(kit, house):
    async with kit.listening(house, handshake=0.2) as server, kit.raw(server) as client:
        assert await client.rest() == b""


async def test_connections_are_limited_and_one_that_ended_makes_room(kit, house):
    async with kit.listening(house, connections=1) as server:
        async with kit.raw(server) as first:
            await first.upgrade()
            async with kit.raw(server) as second:
                assert await second.rest() == b""
        with anyio.fail_after(5):
            await house.keepers[0].until(lambda: house.keepers[0].why)
            async with kit.raw(server) as third:
                assert (await third.upgrade()).startswith(b"HTTP/1.1 101")


async def test_a_client_of_ours_talks_to_a_server_of_ours(kit, house, server):
    host, port = server.addresses[0]
    keeper = kit.Keeper()
    async with connect(f"ws://{host}:{port}/", keeper) as socket:
        socket.send(b"x" * 1600)
        socket.send("Gr\u00fc\u00dfe")
        with anyio.fail_after(5):
            await house.keepers[0].until(lambda: len(house.keepers[0].told) == 2)
            house.keepers[0].socket.send(b"y" * 1600)
            await keeper.until(lambda: keeper.told)
    assert house.keepers[0].told == [b"x" * 1600, "Gr\u00fc\u00dfe"]
    assert keeper.told == [b"y" * 1600]


async def test_a_refused_client_is_told_so(kit, server):
    host, port = server.addresses[0]
    with pytest.raises(ConnectError) as caught:
        async with connect(f"ws://{host}:{port}/no", kit.Keeper()):
            pass
    assert caught.value.problem == "status"


async def test_where_nobody_listens_there_is_no_connection(kit):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectError) as caught:
            async with connect(f"ws://127.0.0.1:{taken.getsockname()[1]}/", kit.Keeper()):
                pass
    assert caught.value.problem == "connect"


async def test_an_address_of_another_kind_is_refused(kit):
    with pytest.raises(ConnectError) as caught:
        async with connect("http://127.0.0.1/", kit.Keeper()):
            pass
    assert caught.value.problem == "url"


async def test_a_client_sees_the_headers_of_the_answer(kit, server):
    host, port = server.addresses[0]
    async with connect(f"ws://{host}:{port}/", kit.Keeper()) as socket:
        assert socket.answered["Upgrade"] == "websocket"


async def test_a_ping_shows_whether_the_peer_lives(kit, server):
    host, port = server.addresses[0]
    async with connect(f"ws://{host}:{port}/", kit.Keeper()) as socket:
        before = socket.received
        socket.ping()
        with anyio.fail_after(5):
            while socket.received == before:
                await anyio.sleep(0.001)
