"""The audio webhook over HTTP: what is posted, and to whom nothing is."""

from contextlib import asynccontextmanager

import anyio
import jwt
import pytest

from switchhook import AudioFormat
from switchhook_recording import webhook
from switchhook_recording.webhook import Webhook, WebhookError

pytestmark = pytest.mark.anyio
SECRET = "kept between the two of us, and long"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(webhook, "PAUSE", 0.01)


@asynccontextmanager
async def receiving(*statuses):
    """Answers with one status after the other; gives the port, and what was posted: head and body."""
    posted = []

    async def serve(stream):
        async with stream:
            data = b""
            while b"\r\n\r\n" not in data:
                data += await stream.receive()
            head, _, body = data.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().lower().split("\r\n")[1:])
            while len(body) < int(headers["content-length"]):
                body += await stream.receive()
            status = statuses[min(len(posted), len(statuses) - 1)]
            posted.append((head.decode(), body))
            if status is None:
                await anyio.sleep(5)
            await stream.send(
                f"HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield listener.extra(anyio.abc.SocketAttribute.local_port), posted
        group.cancel_scope.cancel()
    await listener.aclose()


async def post(port, *, hosts=("127.0.0.1",), patience=2.0):
    made = Webhook(f"http://127.0.0.1:{port}/in?key=word", SECRET, hosts, patience)
    try:
        await made.post({"recording_id": "r-1"}, AudioFormat(), b"\x80" * 100_000)
    finally:
        await made.aclose()


async def test_a_message_arrives_whole_with_a_token():
    async with receiving(200) as (port, posted):
        await post(port)
    [(head, body)] = posted
    assert head.startswith("POST /in?key=word HTTP/1.1\r\n")
    [bearer] = [line.partition("Bearer ")[2] for line in head.split("\r\n") if "Bearer" in line]
    assert jwt.decode(bearer, SECRET, ["HS256"])["iss"] == "switchhook"
    assert b"\x80" * 100_000 in body


async def test_a_server_in_trouble_is_tried_again():
    async with receiving(503, 500, 200) as (port, posted):
        await post(port)
    assert len(posted) == 3


@pytest.mark.parametrize("status", [408, 425, 429])
async def test_one_that_has_no_time_now_is_tried_again(status):
    async with receiving(status, 200) as (port, posted):
        await post(port)
    assert len(posted) == 2


async def test_it_is_left_alone_for_as_long_as_it_asks(monkeypatch):
    pauses = []

    async def sleep(seconds):
        pauses.append(seconds)

    monkeypatch.setattr(webhook.anyio, "sleep", sleep)  # type: ignore[attr-defined]
    async with receiving(*(f"429 x\r\nRetry-After: {each}\r\nOther:" for each in (7, 3600)), 200) as (
        port,
        _,
    ):
        await post(port)
    assert pauses == [7, webhook.LONGEST_PAUSE]


@pytest.mark.parametrize(("statuses", "tries"), [((500,), 3), ((403,), 1), ((302,), 3)])
async def test_one_that_does_not_take_it_is_named_without_its_query(statuses, tries):
    async with receiving(*statuses) as (port, posted):
        with pytest.raises(WebhookError) as raised:
            await post(port)
    assert str(raised.value) == f"http://127.0.0.1:{port}/in: it answers {statuses[0]}"
    assert len(posted) == tries


async def test_one_that_is_silent_is_given_up():
    async with receiving(None) as (port, _):
        with pytest.raises(WebhookError, match=r"no answer within|ReadTimeout"):
            await post(port, patience=0.2)


async def test_a_private_network_is_reached_only_where_the_operator_says_so():
    async with receiving(200) as (port, posted):
        with pytest.raises(WebhookError):
            await post(port, hosts=())
    assert posted == []
