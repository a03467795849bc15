"""Many callers who open in the same second, without sockets: counted in calls of functions, not in seconds."""

import sys

import anyio
import pytest
import trio.testing

from switchhook.testing import MemoryState
from switchhook_audiohook.protocol import ServerSession
from switchhook_audiohook.settings import Address
from switchhook_transport_genesys.admission import Admission
from switchhook_transport_genesys.census import Census
from switchhook_transport_genesys.opener import Opener
from switchhook_transport_genesys.remarks import Remarks
from switchhook_transport_genesys.routing import Place, Routes
from switchhook_transport_genesys.upgrade import Admitted

from ..audiohook.raw_client import ORGANIZATION, SESSION, RawClient
from .test_upgrade import ID, SETTINGS

pytestmark = pytest.mark.anyio

OURS = ("switchhook.", "switchhook_")
SOON = 0.05  # seconds from `open` to `opened`
STAY = 3.0  # seconds of a call
MOST_CALLED = 160  # functions of ours between the two


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


class Lobby:
    """A reception with room for everybody."""

    def __init__(self):
        self.state = MemoryState()

    async def admission_within(self, limits):
        return await self.state.hold(next(iter(limits)), 10_000)

    async def answer(self, leg):
        await anyio.sleep(STAY)


class Line:
    """Notes when `opened` is sent."""

    def __init__(self, client):
        self.leg_id, self._client = "leg", client
        self.remarks = Remarks(anyio.current_time, ID)
        self.opened = anyio.Event()

    def sync(self):
        self._client.read()
        if self._client.received[-1]["type"] == "opened":
            self.opened.set()

    def disconnect(self, outcome, variables):
        pass


@pytest.fixture
async def admission(anyio_backend):
    lobby = Lobby()
    routes = Routes(None, {("main", "7"): ("bank", Address(integration="main", instance_id="7"))})
    return Admission(SETTINGS, routes, Census(SETTINGS.limits, lobby), lobby)


async def arrive(admission, group):
    """Seconds until it is answered."""
    client, began = RawClient(), anyio.current_time()
    client.session = ServerSession(SESSION, ORGANIZATION, anyio.current_time)
    line = Line(client)
    admitted = Admitted(ORGANIZATION, SESSION, ID, "main", Place("7"), None, "10.0.0.1")
    opener = Opener(line, client.session, admitted, admission, group)
    [opening] = client.send("open", client.opening())
    opener.answer(opening.parameters)
    await line.opened.wait()
    return anyio.current_time() - began


async def arrivals(admission, many, rate):
    """The longest wait, and the functions that were called for one."""
    called, waits = 0, []

    def count(frame, event, _value):
        nonlocal called
        called += event == "call" and frame.f_globals["__name__"].startswith(OURS)

    async def one(group):
        waits.append(await arrive(admission, group))

    before = sys.getprofile()
    async with anyio.create_task_group() as group:
        sys.setprofile(count)
        try:
            for _ in range(many):
                group.start_soon(one, group)
                await anyio.sleep(1 / rate)
        finally:
            sys.setprofile(before)
    return max(waits), called / many


async def test_opened_keeps_up_with_a_hundred_callers_a_second(admission):
    await arrivals(admission, 1, 1)
    alone, few = await arrivals(admission, 10, 0.2)
    together, many = await arrivals(admission, 500, 100)
    assert max(alone, together) <= SOON
    assert many <= 1.1 * few
    assert many < MOST_CALLED
