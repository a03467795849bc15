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
        try:
            async with pool.request("GET", f"https://localhost:{port}/"):
                pass
        finally:
            await pool.aclose()

    return ask


async def look(port):
    async with secured(("127.0.0.1", port), "localhost", ssl.create_default_context(), 5):
        pass


@pytest.mark.parametrize(
    "ask",
    [through(Connections()), through(PublicConnections(["localhost"])), look],
    ids=["any", "public", "looked at"],
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


@asynccontextmanager
async def pooled(serve, **options):
    """A pool, the address of a server, and the streams it has; each request to it is answered by `serve`."""
    streams = set()

    async def accept(stream):
        streams.add(stream)
        async with stream:
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                while asked := await stream.receive():
                    await serve(stream, asked)
            streams.discard(stream)

    with anyio.fail_after(10):
        async with listening(accept) as port:
            pool = Pool(ssl.create_default_context(), **options)
            try:
                yield pool, f"http://127.0.0.1:{port}/", streams
            finally:
                await pool.aclose()


EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


async def test_no_more_are_in_use_than_may_be():
    asked, go = [], anyio.Event()

    async def answer(stream, request):
        asked.append(request)
        await go.wait()
        await stream.send(EMPTY)

    async with pooled(answer, most=2) as (pool, url, streams), anyio.create_task_group() as group:

        async def ask():
            async with pool.request("GET", url):
                pass

        for _ in range(5):
            group.start_soon(ask)
        while len(asked) < 2:
            await anyio.sleep(0.001)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(HttpError) as caught:
            async with pool.request("GET", url, timeouts=Timeouts(connect=0.05)):
                pass
        assert (caught.value.problem, len(asked), len(streams)) == ("connect", 2, 2)
        go.set()
    assert len(asked) == 5


async def test_no_more_stay_idle_than_may():
    together, asked = anyio.Event(), []

    async def answer(stream, request):
        asked.append(request)
        if len(asked) == 5:
            together.set()
        await together.wait()
        await stream.send(EMPTY)

    async with pooled(answer, kept=2) as (pool, url, streams):

        async def ask():
            async with pool.request("GET", url):
                pass

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(ask)
        assert pool.idle == 2
        while len(streams) > 2:
            await anyio.sleep(0.001)


async def test_a_connection_that_is_ready_is_used_however_its_host_is_written():
    async def answer(stream, _):
        await stream.send(EMPTY)

    async with pooled(answer) as (pool, url, _):
        written = url.replace("127.0.0.1", "LOCALHOST")
        await pool.prepare(written, 5)
        async with pool.request("GET", written):
            pass
        assert pool.idle == 1


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_request_is_made_once(method):
    """By the library too, which takes itself to be free to ask again where nothing would be done twice."""
    asked = []

    async def hang_up(stream, request):
        asked.append(request)
        await stream.aclose()

    async with pooled(hang_up) as (pool, url, _):
        with pytest.raises(HttpError) as caught:
            async with pool.request(method, url):
                pass
    assert caught.value.problem == "broken"
    assert len(asked) == 1


async def test_who_is_cancelled_within_an_answer_leaves_no_connection():
    async def begin(stream, _):
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123")

    async with pooled(begin) as (pool, url, streams):
        with anyio.CancelScope() as scope:
            async with pool.request("GET", url) as reply:
                async for _ in reply.chunks():
                    scope.cancel()
        assert pool.idle == 0
        while streams:
            await anyio.sleep(0.001)


async def test_what_came_before_a_connection_broke_is_handed_out():
    async def cut(stream, _):
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123")
        await stream.aclose()

    async def read(reply):
        async for chunk in reply.chunks():
            came.append(chunk)  # noqa: PERF401  # what comes before it raises

    came = []
    async with pooled(cut) as (pool, url, streams), pool.request("GET", url) as reply:
        while streams:
            await anyio.sleep(0.001)
        await anyio.sleep(0.05)  # who reads is late
        with pytest.raises(HttpError) as caught:
            await read(reply)
    assert (came, caught.value.problem) == ([b"123"], "broken")


async def test_a_body_that_nobody_takes_is_given_up():
    async def never(stream):
        async with stream:
            await anyio.sleep_forever()

    with anyio.fail_after(10):
        async with listening(never) as port:
            pool = Pool(ssl.create_default_context())
            with pytest.raises(HttpError) as caught:
                async with pool.request(
                    "POST", f"http://127.0.0.1:{port}/", body=bytes(20_000_000), timeouts=Timeouts(0.1, 0.1)
                ):
                    pass
            await pool.aclose()
    assert caught.value.problem == "timeout"


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
