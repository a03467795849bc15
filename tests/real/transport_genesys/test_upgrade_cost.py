"""What a stranger's upgrade request costs on the wire: a status, a line, and no call its answer."""

import asyncio
import logging
from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook_audiohook.protocol import events

from ...transport_genesys.steps import longest_turn
from .live import CONNECT, dialled, headers_for, serving

pytestmark = pytest.mark.anyio
START = f"GET {CONNECT} HTTP/1.1\r\nHost: x\r\n"
BIG = START + "X-API-KEY: no\r\n" + f"Signature-Input: {'a=(),' * 1_600}\r\n" * 120 + "\r\n"
MANY = START + "".join(f"X-{number}: a\r\n" for number in range(65)) + "\r\n"
LONG_LINE = START + "X: " + "a" * 9_000 + "\r\n\r\n"
LONG_TARGET = "GET /" + "a" * 9_000 + " HTTP/1.1\r\nHost: x\r\n\r\n"
ENDLESS = START + "X: " + "a" * 40_000
FULL = START + f"X-API-KEY: key\r\nSignature: a=:YQ==:\r\nSignature-Input: {'a=(),' * 1_600}\r\n\r\n"
LOST = "x-api-key: no\r\n" + "".join(f"X-{number}: {'(' * 200}\r\n" for number in range(60))


@asynccontextmanager
async def knocking(url, text):
    host, port = url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(text.encode())
        yield reader
    finally:
        writer.transport.abort()


async def status(url, text):
    async with knocking(url, text) as reader:
        return int((await reader.readuntil(b"\r\n")).split()[1])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (BIG, 431),
        (MANY, 431),
        (LONG_LINE, 431),
        (LONG_TARGET, 414),
        (ENDLESS, 431),
        (FULL, 401),
        (START + LOST + "\r\n", 401),
    ],
    ids=["megabyte", "many", "long line", "long target", "endless line", "signature", "full"],
)
async def test_a_request_is_refused_with_its_status_and_one_line_with_a_cure(lobby, caplog, text, answer):
    async with serving(lobby) as url:
        assert await status(url, text) == answer
    [line] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert line.startswith("upgrade from 127.0.0.1 refused: 4")
    assert "; likely cure: " in line
    assert len(line) < 400
    assert len(lobby.refusals) == 1


async def test_a_request_that_comes_byte_by_byte_is_bounded_too(lobby):
    async with serving(lobby) as url:
        host, port = url.split("/")[2].split(":")
        async with await anyio.connect_tcp(host, int(port)) as stream:
            for byte in MANY.encode():
                await stream.send(bytes([byte]))
            assert (await stream.receive()).startswith(b"HTTP/1.1 431 ")


async def test_a_request_with_the_headers_of_many_proxies_is_let_in(lobby):

    async with serving(lobby) as url:
        more = [(f"X-Proxy-{number}", "v" * 200) for number in range(45)]
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers_for(url, CONNECT) + more)
        host = url.split("/")[2]
        text = (
            f"GET {CONNECT} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n{lines}\r\n"
        )
        assert await status(url, text) == 101


@pytest.mark.parametrize(
    "text", [BIG, FULL, START + LOST + "\r\n", ENDLESS], ids=["megabyte", "signature", "full", "endless"]
)
async def test_a_live_call_is_answered_while_such_requests_arrive(lobby, text):
    async with serving(lobby) as url, dialled(url) as phone:
        await phone.open()
        with longest_turn() as turn:
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(status, url, text)
                phone.session.pings.due = 0.0
                phone.session.tick()
                await phone.flush()
                await phone.until(lambda: isinstance(phone.told[-1], events.PongReceived))
        await phone.hang_up()
    assert turn.calls < 5_000  # a megabyte that is parsed takes millions
