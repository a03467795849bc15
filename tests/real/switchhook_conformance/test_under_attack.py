"""Good calls go on undisturbed while others do their worst to the same server."""

import subprocess
import sys
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import anyio
import pytest

from switchhook_conformance.bench import Bench
from switchhook_conformance.wire import FRAME

from .attackers import ATTACKS

pytestmark = pytest.mark.anyio

GOOD_CALLS = 50
SECONDS = 4.0  # of attack


@pytest.fixture
def bench(profile):
    return Bench(profile)


async def speak(wire):
    while True:
        await wire.send_raw(FRAME)
        await anyio.sleep(0.2)


@pytest.fixture(params=ATTACKS)
def attacked(request, server):
    command = [sys.executable, Path(__file__).with_name("attackers.py"), server, request.param]
    with subprocess.Popen(command) as process:
        yield server
        still = process.poll() is None
        process.kill()
    assert still  # else nobody was attacked


async def test_good_calls_go_on_undisturbed(attacked, bench):
    with one_error():
        await call_for_a_while(bench)
    assert "Traceback" not in (attacked / "log").read_text()


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


async def call_for_a_while(bench):
    async with AsyncExitStack() as stack:
        good = [await stack.enter_async_context(bench.connect()) for _ in range(GOOD_CALLS)]
        async with anyio.create_task_group() as group:
            for wire in good:
                await wire.opened()
                group.start_soon(speak, wire)
            until = anyio.current_time() + SECONDS
            while anyio.current_time() < until:
                for wire in good:
                    await wire.alive()
                await anyio.sleep(0.5)  # Genesys takes five texts a second, pongs among them
            group.cancel_scope.cancel()
