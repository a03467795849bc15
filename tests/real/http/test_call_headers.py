"""What requests say of the call that they are made for."""

import ssl
from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook_http import Pool, call_headers

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def answering():
    """The address of a server, and what it was asked."""
    asked = []

    async def serve(stream):
        async with stream:
            asked.append((await stream.receive()).decode().lower())
            await stream.send(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}/", asked
        group.cancel_scope.cancel()


async def ask(url, **options):
    pool = Pool(ssl.create_default_context(), **options)
    async with pool.request("GET", url, {"accept": "text/plain"}) as reply:
        assert reply.status == 204
    await pool.aclose()


async def test_a_request_in_a_call_says_which_trace_it_belongs_to():
    async with answering() as (url, asked):
        token = call_headers.set({"traceparent": "00-aa-bb-01"})
        await ask(url)
        call_headers.reset(token)
        await ask(url)
    assert ["traceparent: 00-aa-bb-01\r\n" in each for each in asked] == [True, False]
    assert "accept: text/plain\r\n" in asked[0]


async def test_servers_that_others_name_are_told_nothing_of_the_call():
    async with answering() as (url, asked):
        token = call_headers.set({"traceparent": "00-aa-bb-01"})
        await ask(url, tells=False)
        call_headers.reset(token)
    assert "traceparent" not in asked[0]
