"""What is made by a task of its own reaches who reads it, and nothing of the task stays."""

import gc
import weakref

import anyio
import pytest

from switchhook_http import Streamed

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


async def test_items_come_while_others_are_made():
    streamed, read = Streamed(), anyio.Event()

    async def make():
        await streamed.give(1)
        await read.wait()
        await streamed.give(2)

    got = []
    async with streamed.made_by(make):
        async for item in streamed:
            got.append(item)
            read.set()
    assert got == [1, 2]


async def test_an_interruption_ends_it_and_what_was_given_is_read():
    streamed, got = Streamed(), []

    async def make():
        await streamed.give(1)
        await anyio.sleep_forever()

    async with streamed.made_by(make):
        async for item in streamed:
            got.append(item)
            streamed.interrupt()
    assert got == [1]


async def test_who_leaves_ends_it():
    streamed, ended = Streamed(), []

    async def make():
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    async with streamed.made_by(make):
        await anyio.wait_all_tasks_blocked()
    assert ended == [True]


async def test_its_failure_is_read_after_the_last_item():
    streamed, got = Streamed(), []

    async def make():
        await streamed.give(1)
        raise KeyError("broken")

    async def read():
        async with streamed.made_by(make):
            async for item in streamed:
                got.append(item)  # noqa: PERF401  # what came before the failure counts

    with pytest.raises(KeyError):
        await read()
    assert got == [1]


async def cancelled():
    """A reply that is cancelled while it is made."""
    streamed = Streamed()

    async def make():
        await streamed.give(1)
        await anyio.sleep_forever()

    with anyio.CancelScope() as scope:
        async with streamed.made_by(make):
            async for _ in streamed:
                scope.cancel()
                await anyio.sleep_forever()
    return weakref.ref(streamed)


def test_nothing_of_a_reply_that_is_cancelled_waits_for_a_search_for_circles():
    async def left():
        found = await cancelled()
        await anyio.sleep(0)
        return found()

    gc.collect()
    gc.disable()
    try:
        assert anyio.run(left) is None
    finally:
        gc.enable()
