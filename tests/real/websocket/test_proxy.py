"""Through an HTTP proxy, which sees where it leads and nothing of what passes."""

import asyncio
import base64
import ssl
from contextlib import suppress

import anyio
import pytest
import trustme

from switchhook_websocket import ConnectError, Limits, connect, listen

from .conftest import House, Keeper

pytestmark = pytest.mark.anyio

USER = base64.b64encode(b"user:se cret").decode()


class Proxy:
    """Lets through whoever has its password; `asked` are the requests, `seen` what went to the server."""

    def __init__(self, answer=b"HTTP/1.1 200 Connection established\r\n\r\n"):
        self.answer, self.asked, self.seen = answer, [], bytearray()
        self.closing = asyncio.Event()
        self.closing.set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _take(self, reader, writer):
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(request)
        writer.write(self.answer)
        if b" 200 " not in self.answer:
            await self.closing.wait()
            writer.close()
            return
        host, _, port = request.split()[1].rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(self._pump(reader, far_writer, self.seen), self._pump(far_reader, writer))

    async def _pump(self, reader, writer, kept=None):
        while data := await reader.read(65_536):
            if kept is not None:
                kept += data
            writer.write(data)
        writer.close()


async def told(house, message):
    while not house.keepers:
        await anyio.sleep(0.01)
    keeper = house.keepers[0]
    await keeper.until(lambda: message in keeper.told)


@pytest.fixture
async def server():
    """The URL of a server with TLS, and the context that trusts it."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    house = House()
    async with listen(house.answer, "127.0.0.1", 0, context=context) as listening:
        yield f"wss://127.0.0.1:{listening.addresses[0][1]}/", trusting, house


async def test_messages_pass_and_the_proxy_sees_none_of_them(server):
    url, trusting, house = server
    keeper = Keeper()
    async with Proxy() as proxy:
        through = f"http://user:se%20cret@127.0.0.1:{proxy.port}"
        with anyio.fail_after(5):
            async with connect(url, keeper, context=trusting, proxy=through) as socket:
                socket.send(b"from the client")
                await told(house, b"from the client")
                house.keepers[0].socket.send("from the server")
                await keeper.until(lambda: keeper.told)
    assert keeper.told == ["from the server"]
    assert proxy.asked[0].startswith(f"CONNECT {url.split('/')[2]} ")
    assert f"Proxy-Authorization: Basic {USER}" in proxy.asked[0]
    assert b"from the client" not in proxy.seen
    assert b"Upgrade" not in proxy.seen


async def test_a_server_without_tls_is_reached_too():
    house, keeper = House(), Keeper()
    async with listen(house.answer, "127.0.0.1", 0) as listening, Proxy() as proxy:
        url = f"ws://127.0.0.1:{listening.addresses[0][1]}/"
        with anyio.fail_after(5):
            async with connect(url, keeper, proxy=f"http://127.0.0.1:{proxy.port}") as socket:
                socket.send(b"hello")
                await told(house, b"hello")
    assert b"Upgrade: websocket" in proxy.seen


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 503 Busy\r\n\r\n"], ids=["nothing", "too early"])
async def test_a_server_that_ends_the_connection_with_its_handshake(said):
    """In TLS 1.2 the last word of the handshake is the server's, and more may come with it."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)

    async def pretend(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await shake_hands(reader, writer, context, said)

    async with await asyncio.start_server(pretend, "127.0.0.1", 0) as proxy:
        url = f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
        error = await failure(url, "wss://localhost/", context=trusting)
    assert error.status is None


async def shake_hands(reader, writer, context, said):
    """With the last of it, and in the same piece, `said` and the end."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    secure = context.wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            secure.do_handshake()
            break
        except ssl.SSLWantReadError:
            writer.write(outgoing.read())
            incoming.write(await reader.read(65_536))
    if said:
        secure.write(said)
    with suppress(ssl.SSLWantReadError):
        secure.unwrap()
    writer.write(outgoing.read())
    writer.close()


async def failure(proxy, url="wss://watson.example.com/", **more):
    with anyio.fail_after(5), pytest.raises(ConnectError) as caught:
        async with connect(url, Keeper(), proxy=proxy, **more):
            pass
    return caught.value


async def test_a_proxy_that_refuses_is_named_and_its_password_is_not():
    async with Proxy(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as proxy:
        error = await failure(f"http://user:wrong@127.0.0.1:{proxy.port}")
    assert (str(error), error.status) == ("the proxy answers 407", None)
    assert error.problem == "proxy"


async def test_a_proxy_that_speaks_something_else_gives_no_valid_answer():
    async with Proxy(b"SSH-2.0-nothing\r\n\r\n") as proxy:
        error = await failure(f"http://127.0.0.1:{proxy.port}")
    assert str(error) == "the proxy gives no valid answer"


async def test_a_proxy_that_is_not_there():
    assert str(await failure("http://127.0.0.1:1")).startswith("cannot connect")


@pytest.mark.parametrize(
    "url",
    [
        "socks5://127.0.0.1:1",
        "https://127.0.0.1:1",
        "127.0.0.1:1",
        "http://user@127.0.0.1:1",
        "http://us%E9r:x@127.0.0.1:1",
        "http://127.0.0.1:99999",
    ],
)
async def test_a_proxy_of_another_kind(url):
    assert str(await failure(url)).startswith("expected the URL of the proxy")


async def test_a_proxy_that_hangs_up_gives_no_valid_answer():
    async with Proxy(b"HTTP/1.1 2") as proxy:
        error = await failure(f"http://127.0.0.1:{proxy.port}")
    assert str(error) == "the proxy gives no valid answer"


async def test_a_proxy_that_never_stops_is_not_listened_to():
    async with Proxy(b"HTTP/1.1 404 " + b"x" * 100_000) as proxy:
        error = await failure(f"http://127.0.0.1:{proxy.port}")
    assert str(error) == "the proxy gives no valid answer"


async def test_a_silent_proxy_is_left_in_time():
    async with Proxy(b"") as proxy:
        proxy.closing.clear()
        error = await failure(f"http://127.0.0.1:{proxy.port}", limits=Limits(handshake=0.2))
        proxy.closing.set()
    assert str(error) == "no answer within 0.2 s"
