"""What several workers know together: which signatures were used, and how many calls there are."""

import os
import random
import signal
from contextlib import AsyncExitStack

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from switchhook_audiohook.protocol import events

from ..transport_genesys.live import Phone, headers_for
from .served import PATH, served, wait_for

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def on_thread(asked, *given):
    return await anyio.to_thread.run_sync(asked, *given)


async def live_calls(server, slot):
    status, text = await on_thread(server.get, f"/metrics?worker={slot}")
    lines = [line for line in text.splitlines() if line.startswith("switchhook_calls ")]
    return int(float(lines[0].split()[1])) if status == 200 and lines else 0


class Callers:
    """Calls that are live, each with its phone."""

    def __init__(self, server):
        self.server, self.phones = server, []

    async def call(self):
        """Whether it was opened."""
        stack = AsyncExitStack()
        phone = await stack.enter_async_context(self.server.calls())
        if isinstance(await phone.open(), events.Opened):
            self.phones.append((phone, stack))
            return True
        await stack.aclose()
        return False

    async def hang_up(self, at=0):
        """Whether it was still there."""
        phone, stack = self.phones.pop(at)
        async with stack:
            try:
                await phone.hang_up()
            except ConnectionClosed:  # its worker is gone
                return False
        return True

    async def all_hang_up(self):
        return [await self.hang_up() for _ in range(len(self.phones))]


async def opens_within(callers, seconds=5.0):
    """A place that was given back is there again within moments."""
    with anyio.fail_after(seconds):
        while not await callers.call():
            await anyio.sleep(0.02)


async def test_a_replayed_signature_is_refused_by_every_worker(tmp_path):
    with served(tmp_path, "--workers", "3") as one:
        headers = headers_for(one.url, PATH, one.secret)
        told = []
        for _ in range(24):
            options = {"additional_headers": headers, "compression": None, "proxy": None}
            try:
                async with connect(one.url.rstrip("/") + PATH, **options) as socket:
                    told.append(await Phone(socket).open())
            except InvalidStatus as refused:
                told.append(refused.response.status_code)
        assert isinstance(told[0], events.Opened)
        assert told[1:] == [401] * 23
        named = {slot for slot in range(3) if f"worker {slot}: upgrade from" in one.log()}
        assert len(named) >= 2


async def test_max_calls_holds_under_churn_also_when_a_worker_is_killed(tmp_path):
    dice = random.Random(7)
    with served(tmp_path, server="workers = 3\nmax_calls = 6") as one:
        callers = Callers(one)
        for _ in range(60):
            if callers.phones and dice.random() < 0.4:
                await callers.hang_up(dice.randrange(len(callers.phones)))
            elif len(callers.phones) < 6:
                await opens_within(callers)
            else:
                assert not await callers.call()
        while len(callers.phones) < 6:
            await opens_within(callers)
        assert not await callers.call()
        shares = [await live_calls(one, slot) for slot in range(3)]
        assert sum(shares) == 6
        slot = shares.index(max(shares))
        os.kill(one.workers()[slot], signal.SIGKILL)
        await on_thread(one.said, "has ended with status -9")
        for _ in range(shares[slot]):  # at once: those who died hold nothing
            await opens_within(callers)
        assert not await callers.call()
        assert (await callers.all_hang_up()).count(False) == shares[slot]


async def test_a_server_that_is_full_is_not_ready_whichever_worker_has_the_calls(tmp_path):
    with served(tmp_path, server="workers = 3\nmax_calls = 3") as one:
        callers = Callers(one)
        for _ in range(3):
            await opens_within(callers)
        await on_thread(wait_for, lambda: one.get("/readyz")[0] == 503)
        assert "too many calls" in (await on_thread(one.get, "/readyz"))[1]
        await callers.hang_up()
        await on_thread(wait_for, lambda: one.get("/readyz")[0] == 200)
        await callers.all_hang_up()


@pytest.mark.parametrize("limit", ["per_connector", "per_organization"])
async def test_limits_of_the_transport_hold_over_all_workers(tmp_path, limit):
    more = f"[transport.limits]\n{limit} = 2\n"
    with served(tmp_path, server="workers = 3", transport=more) as one:
        callers = Callers(one)
        for _ in range(2):
            await opens_within(callers)
        assert [await callers.call() for _ in range(8)] == [False] * 8
        await callers.hang_up()
        await opens_within(callers)
        assert not await callers.call()
        assert await on_thread(one.figure, "switchhook_limit_hits_total") >= 9
        await callers.all_hang_up()


async def test_while_the_supervisor_is_silent_calls_are_taken_and_it_is_said(tmp_path):
    with served(tmp_path, "--workers", "2") as one:
        callers = Callers(one)
        one.signal(signal.SIGSTOP)
        try:
            with anyio.fail_after(10):
                assert await callers.call()
        finally:
            one.signal(signal.SIGCONT)
        await on_thread(one.said, r"worker \d: \[state\] is lost \(no answer within 1 s\)")
        await callers.all_hang_up()
        while "[state] answers again" not in one.log():  # by the worker that has missed it
            await opens_within(callers)
            await callers.all_hang_up()
        assert await on_thread(one.figure, "switchhook_state_lost_total") >= 1


async def test_a_reading_of_the_configuration_keeps_what_is_known(tmp_path):
    with served(tmp_path, server="workers = 2\nmax_calls = 4") as one:
        callers, headers = Callers(one), headers_for(one.url, PATH, one.secret)
        options = {"additional_headers": headers, "compression": None, "proxy": None}
        async with connect(one.url.rstrip("/") + PATH, **options):
            pass
        for _ in range(4):
            await opens_within(callers)
        one.signal(signal.SIGHUP)
        await on_thread(one.said, "is applied after", 2)
        assert [await callers.call() for _ in range(4)] == [False] * 4
        with pytest.raises(InvalidStatus):
            async with connect(one.url.rstrip("/") + PATH, **options):
                pass
        await callers.all_hang_up()
