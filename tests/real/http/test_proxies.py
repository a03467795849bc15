"""Requests that go through a proxy."""

import ssl
from base64 import b64encode
from contextlib import asynccontextmanager, suppress

import anyio
import pytest
import trustme
from anyio.streams.tls import TLSStream

from switchhook_http import HttpError, Pool

pytestmark = pytest.mark.anyio

WHO = b"proxy-authorization: basic " + b64encode(b"a user:s e:cret").lower()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def pool_through(authority):
    """A pool whose proxy is this function of a stream."""

    @asynccontextmanager
    async def made(serve):
        context = ssl.create_default_context()
        authority.configure_trust(context)
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        with anyio.fail_after(10):
            async with listener, anyio.create_task_group() as group:
                group.start_soon(listener.serve, serve)
                pool = Pool(context, proxy=f"http://a%20user:s%20e%3Acret@127.0.0.1:{port}")
                try:
                    yield pool
                finally:
                    await pool.aclose()
                group.cancel_scope.cancel()

    return made


async def test_without_tls_the_proxy_is_told_the_whole_address_and_who_asks(pool_through):
    asked = []

    async def serve(stream):
        async with stream:
            asked.append((await stream.receive()).lower())
            await stream.send(ANSWER)

    async with pool_through(serve) as pool, pool.request("GET", "http://voice.example.com/a?b=c") as reply:
        assert await reply.read(10) == b"hi"
    assert asked[0].startswith(b"get http://voice.example.com/a?b=c http/1.1\r\n")
    assert asked[0].count(WHO) == 1


async def test_with_tls_the_proxy_sees_who_asks_and_nothing_of_the_request(pool_through, authority):
    seen, inside = [], []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("voice.example.com").configure_cert(context)

    async def serve(stream):
        seen.append((await stream.receive()).lower())
        await stream.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        async with await TLSStream.wrap(
            stream, server_side=True, ssl_context=context, standard_compatible=False
        ) as tls:
            inside.append((await tls.receive()).lower())
            await tls.send(ANSWER)

    headers = {"Authorization": "Bearer secret"}
    async with (
        pool_through(serve) as pool,
        pool.request("GET", "https://voice.example.com/a", headers) as reply,
    ):
        assert await reply.read(10) == b"hi"
    assert seen[0].startswith(b"connect voice.example.com:443 http/1.1\r\n")
    assert WHO in seen[0]
    assert b"bearer" not in seen[0]
    assert inside[0].startswith(b"get /a http/1.1\r\n")
    assert b"proxy-authorization" not in inside[0]


async def test_a_proxy_that_refuses_is_told_from_a_service_that_does(pool_through):
    async def serve(stream):
        async with stream:
            await stream.receive()
            await stream.send(b"HTTP/1.1 403 Not From Here\r\nContent-Length: 0\r\n\r\n")

    async with pool_through(serve) as pool:
        with pytest.raises(HttpError) as caught:
            async with pool.request("GET", "https://voice.example.com/"):
                pass
    assert (caught.value.problem, caught.value.detail) == ("proxy", "the proxy answers 403 Not From Here")


@pytest.mark.parametrize("says", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["no answer", "no TLS"])
async def test_a_tunnel_that_is_given_up_is_closed(pool_through, says):
    asked, gone = anyio.Event(), anyio.Event()

    async def silent(stream):
        async with stream:
            await stream.receive()
            if says:
                await stream.send(says)
                await stream.receive()  # the first words of TLS
            asked.set()
            with suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                await stream.receive()
            gone.set()

    async with pool_through(silent) as pool:

        async def ask():
            async with pool.request("GET", "https://voice.example.com/"):
                pass

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await asked.wait()
            group.cancel_scope.cancel()
        await gone.wait()
