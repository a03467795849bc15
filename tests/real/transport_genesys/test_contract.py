"""The transport holds what every transport promises, with a simulated Genesys at the other end."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from switchhook import Options, ServerSettings
from switchhook.testing.conformance import check_transport
from switchhook_audiohook.protocol import events
from switchhook_audiohook.settings import GenesysSettings
from switchhook_transport_genesys.server import GenesysTransport

from .live import TABLE, dialled

pytestmark = pytest.mark.anyio
CONNECTORS = {"bank": {"integration": "main", "instance_id": "7"}}


class Caller:
    """A phone as the check uses it."""

    def __init__(self, phone):
        self.phone, self.given = phone, 0

    async def speak(self, audio, /):
        await self.phone.say(audio)

    async def press(self, key):
        self.phone.session.send("dtmf", {"digit": key})
        await self.phone.flush()

    async def hear(self):
        while len(self.phone.audio) == self.given:
            try:
                await self.phone.read()
            except ConnectionClosed:
                return b""
            if any(isinstance(each, events.Disconnected) for each in self.phone.told):
                await self._close()
                return b""
        heard = bytes(self.phone.audio[self.given :])
        self.given += len(heard)
        return heard

    async def _close(self):
        self.phone.session.close("end")
        await self.phone.flush()

    async def hang_up(self):
        await self._close()


@asynccontextmanager
async def dial(url):
    async with dialled(url) as phone:
        await phone.open()
        yield Caller(phone)


async def test_it_is_a_transport(refuse_quickly):
    settings = Options(TABLE, place="transport", base=Path()).parse(GenesysSettings)
    await check_transport(lambda: GenesysTransport(settings, ServerSettings(port=0)), dial, CONNECTORS)
