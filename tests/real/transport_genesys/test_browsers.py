"""What a page in somebody's browser, an old client and one with extensions get."""

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from .live import CONNECT, dialled, headers_for, serving

pytestmark = pytest.mark.anyio


@pytest.fixture
async def url(lobby):
    async with serving(lobby) as url:
        yield url


async def test_a_page_of_another_site_that_opens_a_websocket_is_refused(lobby, url):
    """It can set no header but its own origin, and no cookie stands for a key."""
    headers = [("Origin", "https://evil.example"), ("Cookie", "session=1")]
    with pytest.raises(InvalidStatus) as caught:
        await connect(url.rstrip("/") + CONNECT, additional_headers=headers, proxy=None)
    assert caught.value.response.status_code == 401
    assert lobby.refusals[0][0]


async def test_a_key_in_the_address_opens_nothing(url):
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{url.rstrip('/')}{CONNECT}&x-api-key=key", proxy=None)
    assert caught.value.response.status_code == 401


async def test_compression_is_offered_and_not_agreed_on(url):
    headers = headers_for(url, CONNECT)
    async with connect(
        url.rstrip("/") + CONNECT, additional_headers=headers, compression="deflate", proxy=None
    ) as ws:
        assert "sec-websocket-extensions" not in ws.response.headers
        assert ws.protocol.extensions == []


@pytest.mark.parametrize("version", ["0", "7", "8", "12", "14", ""])
async def test_an_older_draft_of_the_protocol_is_refused(url, version):
    host, port = url.split("/")[2].split(":")
    lines = [
        f"GET {CONNECT} HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        f"Sec-WebSocket-Version: {version}",
        *(f"{name}: {value}" for name, value in headers_for(url, CONNECT)),
    ]
    async with await anyio.connect_tcp(host, int(port)) as stream:
        await stream.send(("\r\n".join(lines) + "\r\n\r\n").encode())
        with anyio.fail_after(10):
            answer = await stream.receive()
    assert answer.split()[1] in (b"400", b"401", b"426")


async def test_a_call_beside_them_is_served(lobby, url):
    async with dialled(url) as phone:
        assert await phone.open()
