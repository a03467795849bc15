"""No connection stays behind, and all lead where they should."""

import ssl
from contextlib import asynccontextmanager, suppress

import anyio
import pytest

from switchhook_http import (
    Connections,
    HttpError,
    Pool,
    PublicConnections,
    ReadyConnections,
    Timeouts,
    secured,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def listening(serve):
    """The port of a server on loopback."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield listener.extra(anyio.abc.SocketAttribute.local_port)
        group.cancel_scope.cancel()


def through(connections):
    async def ask(port):
        pool = Pool(ssl.create_default_context(), connections)
        async with pool.request("GET", f"https://localhost:{port}/"):
            pass

    return ask


async def look(port):
    async with secured(("127.0.0.1", port), "localhost", ssl.create_default_context(), 5):
        pass


@pytest.mark.parametrize(
    "ask",
    [through(Connections()), through(ReadyConnections()), through(PublicConnections(["localhost"])), look],
    ids=["kept", "ready", "public", "looked at"],
)
async def test_a_connection_that_is_given_up_while_tls_is_agreed_on_is_closed(ask):
    """By a peer that accepts and then says nothing."""
    greeted, gone = anyio.Event(), anyio.Event()

    async def silent(stream):
        async with stream:
            await stream.receive()
            greeted.set()
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                await stream.receive()
            gone.set()

    with anyio.fail_after(5):
        async with listening(silent) as port, anyio.create_task_group() as group:
            group.start_soon(ask, port)
            await greeted.wait()
            group.cancel_scope.cancel()
            with anyio.move_on_after(2, shield=True):
                await gone.wait()
    assert gone.is_set()


async def test_connections_may_all_lead_to_one_address():
    async def answer(stream):
        async with stream:
            asked = await stream.receive()
            body = asked.split(b"Host: ")[1].split(b"\r\n")[0]
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with anyio.fail_after(5):
        async with listening(answer) as port:
            pool = Pool(ssl.create_default_context(), Connections(to=("127.0.0.1", port)))
            async with pool.request("GET", "http://voice.example.com/") as reply:
                assert await reply.read(100) == b"voice.example.com"
            await pool.aclose()


async def test_an_answer_beyond_the_limit_is_not_read():
    async def answer(stream):
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789")

    with anyio.fail_after(5):
        async with listening(answer) as port:
            pool = Pool(ssl.create_default_context())
            with pytest.raises(HttpError) as caught:
                async with pool.request("GET", f"http://127.0.0.1:{port}/") as reply:
                    await reply.read(8)
            await pool.aclose()
    assert caught.value.problem == "garbage"


@pytest.mark.parametrize(
    ("says", "problem"),
    [(b"", "broken"), (b"nonsense\r\n\r\n", "broken"), (None, "timeout")],
    ids=["hangs up", "no HTTP", "silent"],
)
async def test_what_goes_wrong_is_told_by_its_kind(says, problem):
    async def answer(stream):
        async with stream:
            await stream.receive()
            await (stream.send(says) if says is not None else anyio.sleep(5))

    with anyio.fail_after(4):
        async with listening(answer) as port:
            pool = Pool(ssl.create_default_context())
            with pytest.raises(HttpError) as caught:
                async with pool.request("GET", f"http://127.0.0.1:{port}/", timeouts=Timeouts(read=0.1)):
                    pass
            await pool.aclose()
    assert caught.value.problem == problem
