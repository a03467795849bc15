from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from acme_wire import create_transport
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from switchhook import Options, ServerSettings
from switchhook.testing.conformance import check_transport

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Caller:
    def __init__(self, socket):
        self.socket = socket
        self.speak = self.press = socket.send
        self.hang_up = socket.close

    async def hear(self):
        try:
            while isinstance(data := await self.socket.recv(), str):
                pass
        except ConnectionClosed:
            return b""
        return data


@asynccontextmanager
async def dial(url):
    async with connect(f"{url}bank", compression=None, proxy=None, close_timeout=1) as socket:
        yield Caller(socket)


async def test_it_holds_what_every_transport_must_hold():
    def transport():
        return create_transport(Options({}, place="transport", base=Path()), ServerSettings(port=0))

    await check_transport(transport, dial, {"bank": {}})
