"""The recipes of docs/how-to/recipes, each in front of a server on loopback."""

import re

import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from switchhook_audiohook.protocol import Media, events

from ...real.transport_genesys.live import Lobby, Phone, headers_for, serving
from .proxies import NAME, PROXIES, PUBLIC, RECIPES, free_port, in_front

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


class Proxied:
    """A server behind a proxy, as Genesys sees both."""

    def __init__(self, lobby, port, trust):
        self.lobby, self.port, self.trust = lobby, port, trust

    def connect(self, path):
        return connect(
            f"wss://{NAME}{path}",
            host="127.0.0.1",
            port=self.port,
            ssl=self.trust,
            additional_headers=headers_for(PUBLIC, path),
            compression=None,
            proxy=None,
        )


@pytest.fixture(params=PROXIES)
async def proxied(request, authority, tmp_path, anyio_backend, refuse_quickly):
    """Where a recipe has two servers, nobody listens at the second."""
    lobby = Lobby()
    async with serving(lobby, public_url=PUBLIC, proxy={"trusted": ["127.0.0.1"]}) as url:
        servers = [url.split("/")[2], f"127.0.0.1:{free_port()}"]
        count = 2 if "two" in request.param else 1
        async with in_front(request.param, authority, tmp_path, *servers[:count]) as (port, trust):
            yield Proxied(lobby, port, trust)
    lobby.close()


async def test_a_signed_call_passes_with_its_audio_and_its_end(proxied):
    async with proxied.connect("/7/connect?version=2024-08-25") as ws:
        phone = Phone(ws)
        assert await phone.open() == events.Opened(Media())
        call = await proxied.lobby.legs.receive()
        await phone.say(b"a" * 1600)
        await call.until(lambda call: len(call.heard) == 1600)
        call.leg.play(b"b" * 1600)
        await phone.until(lambda: len(phone.audio) == 1600)
        await phone.hang_up()
    assert call.leg.info.details["remote"] == "127.0.0.1"


@pytest.mark.parametrize(
    "path", ["//7//connect", "/%37/connect?version=2024-08-25", "/7/connect/?version=2024-08-25&x=%2F%20"]
)
async def test_the_target_reaches_the_server_as_it_was_signed(proxied, path):
    async with proxied.connect(path) as ws:
        assert await Phone(ws).open() == events.Opened(Media())


async def test_the_address_of_the_caller_is_what_the_proxy_saw(proxied):
    path = "/7/connect"
    forged = [("X-Forwarded-For", "203.0.113.9")]
    url, headers = f"wss://{NAME}{path}", headers_for(PUBLIC, path) + forged
    options = {"host": "127.0.0.1", "port": proxied.port, "ssl": proxied.trust, "proxy": None}
    async with connect(url, additional_headers=headers, **options) as ws:
        await Phone(ws).open()
        call = await proxied.lobby.legs.receive()
        assert call.leg.info.details["remote"] == "127.0.0.1"


async def test_a_forged_request_is_refused_behind_a_proxy_too(proxied):
    headers = headers_for(PUBLIC, "/8/connect")
    options = {"host": "127.0.0.1", "port": proxied.port, "ssl": proxied.trust, "proxy": None}
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"wss://{NAME}/7/connect", additional_headers=headers, **options)
    assert refused.value.response.status_code == 401


def test_no_recipe_cuts_a_call_between_two_pings():
    texts = [(RECIPES / name).read_text() for name in PROXIES if not name.startswith("Caddy")]
    calls = [re.sub(r"location = /\.ready \{.*?\}", "", text, flags=re.DOTALL) for text in texts]
    found = [int(each) for text in calls for each in re.findall(r"(?:_timeout|timeout tunnel) (\d+)s", text)]
    assert len(found) == 6
    assert min(found) >= 60
