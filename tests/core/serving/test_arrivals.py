"""Many callers who come in the same second, in virtual time: counted in calls of functions, not in seconds."""

import sys

import anyio
import pytest
import trio.testing

from switchhook import LegInfo
from switchhook.testing import MemoryLeg

from .callers import DRIVER

pytestmark = pytest.mark.anyio

GREETING = """
from switchhook import Say, hookimpl

@hookimpl
def handle_text(response, call):
    return Say(response.text)
"""
SOON = 0.05  # seconds from when a caller is there until the greeting is sent
STAY = 1.0  # seconds
OURS = ("switchhook.call.", "switchhook.serving.", "switchhook.plugins.")
MOST_CALLED = 1_400  # of their functions for a call that hears the greeting and goes


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


@pytest.fixture
def greeting(serve, site):
    """A server whose voice takes a while, the first time."""
    site.add("responses", "text", GREETING)
    site.add("tts", "memory", DRIVER.format(group="tts", made="MemoryTextToSpeech(delay=0.5)"))
    return serve()


async def visit(server, leg):
    async def hang_up():
        await anyio.sleep(STAY)
        leg.close()

    async with anyio.create_task_group() as group:
        group.start_soon(leg.run)
        group.start_soon(hang_up)
        await server.answer(leg)
        group.cancel_scope.cancel()


async def arrivals(server, many, rate):
    """Each caller's wait for the greeting, and the functions that were called for one."""
    called, waits = 0, []

    def count(frame, event, _value):
        nonlocal called
        called += event == "call" and frame.f_globals["__name__"].startswith(OURS)

    async def one(number):
        came, leg = anyio.current_time(), MemoryLeg(LegInfo(f"leg-{rate}-{number}", "support"))
        await visit(server, leg)
        waits.append(leg.sent[0][0] - came)

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        async with anyio.create_task_group() as group:
            for number in range(many):
                group.start_soon(one, number)
                await anyio.sleep(1 / rate)
    finally:
        sys.setprofile(before)
    return waits, called / many


async def test_the_greeting_from_the_cache_keeps_up_with_a_hundred_callers_a_second(greeting):
    async with greeting.app.cache.running(), greeting.calls.kept():
        await arrivals(greeting, 1, 1)
        few_waits, few = await arrivals(greeting, 10, 1)
        waits, many = await arrivals(greeting, 100, 100)
    assert max(few_waits + waits) <= SOON
    assert many <= 1.1 * few
    assert many < MOST_CALLED
