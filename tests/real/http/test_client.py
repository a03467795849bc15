"""What a client says of an answer that is an error."""

import ssl
from contextlib import asynccontextmanager, suppress

import anyio
import pytest

from switchhook_http import Client, HttpError, Timeouts

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clean_environment")]

TIMES = Timeouts(1.0, 5.0)
PAGE = b"<p>busy</p>" * 10_000


@asynccontextmanager
async def posted_to(answer):
    """What a client raises who posts to a server that always answers this, and how often it was asked."""
    asked = []

    async def serve(stream):
        async with stream:
            asked.append(await stream.receive())
            with suppress(anyio.BrokenResourceError):
                await stream.send(answer)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    with anyio.fail_after(10):
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, serve)
            url = f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}/v1/chat?key=k"
            client = Client(url, ssl.create_default_context())
            with pytest.raises(HttpError) as caught:
                async with client.post(url, no_headers, b"{}", TIMES):
                    pass
            await client.aclose()
            yield caught.value, len(asked)
            group.cancel_scope.cancel()


async def no_headers():
    return {}


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Busy\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE,
        b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nbus",
    ],
    ids=["long", "cut"],
)
async def test_a_status_counts_whatever_becomes_of_what_is_said_of_it(answer):
    async with posted_to(answer) as (error, asked):
        assert (error.problem, error.status, error.detail[:3]) == (
            "status",
            503,
            answer.partition(b"\r\n\r\n")[2][:3].decode(),
        )
        assert asked == 2


async def test_where_a_service_has_moved_to_is_said_also_where_it_names_a_path_alone():
    async with posted_to(b"HTTP/1.1 308 Moved\r\nLocation: /v2/chat?key=k\r\nContent-Length: 0\r\n\r\n") as (
        error,
        _,
    ):
        assert error.detail.startswith("to http://127.0.0.1:")
        assert error.detail.endswith("/v2/chat")
