"""Good calls go on undisturbed while others do their worst to the same server."""

import contextlib
from contextlib import AsyncExitStack, contextmanager
from urllib.parse import urlsplit

import anyio
import pytest
from websockets.exceptions import ConnectionClosed

from switchhook_conformance.bench import Bench
from switchhook_conformance.verdict import Failed
from switchhook_conformance.wire import FRAME

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

GOOD_CALLS = 50
SECONDS = 3.0  # of attack


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def bench(profile):
    return Bench(profile)


async def drip(bench):
    """Slow-loris: a request that never ends."""
    stream = await anyio.connect_tcp(urlsplit(bench.profile.url).hostname, urlsplit(bench.profile.url).port)
    async with stream:
        await stream.send(b"GET / HTTP/1.1\r\n")
        for number in range(1000):
            await stream.send(f"X-{number}: a\r\n".encode())
            await anyio.sleep(0.05)


async def hold(bench):
    """Half-open: connects and says nothing."""
    stream = await anyio.connect_tcp(urlsplit(bench.profile.url).hostname, urlsplit(bench.profile.url).port)
    async with stream:
        await anyio.sleep_forever()


async def flood(bench, *messages):
    """A thousand messages a second, from sessions that were let in."""
    while True:
        async with bench.connect() as wire:
            await wire.opened()
            while not wire.over:
                for kind, parameters in messages:
                    await wire.send(kind, parameters)
                await anyio.sleep(0.001)


async def flood_audio(bench):
    while True:
        async with bench.connect() as wire:
            await wire.opened()
            while not wire.over:
                await wire.send_raw(b"\xff" * 65_000)
                await anyio.sleep(0.001)


async def forge(bench):
    """Texts that are no messages, of all kinds."""
    while True:
        for text in ("{", "[" * 5000, '{"version":"2"}', "\0", "{}" * 1000):
            async with bench.connect() as wire:
                await wire.send_raw(text)
                await wire.expect_any("disconnect", or_gone=True)


ATTACKS = {
    "slow requests": [drip] * 20,
    "half-open connections": [hold] * 50,
    "floods of pings": [lambda bench: flood(bench, ("ping", {}))] * 2,
    "floods of keys": [lambda bench: flood(bench, ("dtmf", {"digit": "1"}))] * 2,
    "floods of audio": [flood_audio] * 2,
    "forged messages": [forge] * 2,
}


async def relentless(attack, bench):
    while True:
        with contextlib.suppress(
            OSError, Failed, ConnectionClosed, anyio.BrokenResourceError, ExceptionGroup
        ):
            await attack(bench)
        await anyio.sleep(0.05)


async def speak(wire):
    while True:
        await wire.send_raw(FRAME)
        await anyio.sleep(0.2)


@pytest.mark.parametrize("name", ATTACKS)
async def test_good_calls_go_on_undisturbed(name, bench, server):
    with one_error():
        await attacked(name, bench)
    assert "Traceback" not in (server / "log").read_text()


@contextmanager
def one_error():
    """What went wrong first, out of however many task groups."""
    try:
        yield
    except BaseExceptionGroup as group:
        error = group
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from None


async def attacked(name, bench):
    async with AsyncExitStack() as stack:
        good = [await stack.enter_async_context(bench.connect()) for _ in range(GOOD_CALLS)]
        async with anyio.create_task_group() as group:
            for wire in good:
                await wire.opened()
                group.start_soon(speak, wire)
            for attack in ATTACKS[name]:
                group.start_soon(relentless, attack, bench)
            until = anyio.current_time() + SECONDS
            while anyio.current_time() < until:
                for wire in good:
                    await wire.alive()
                await anyio.sleep(0.5)  # Genesys takes five texts a second, pongs among them
            group.cancel_scope.cancel()
