"""Threads for what may hang: there are only so many, also of those that nobody waits for."""

import threading

import anyio
import pytest

from switchhook_http import Threads
from switchhook_http.threads import HangingError

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def hang():
    over = threading.Event()
    yield lambda: over.wait(10)
    over.set()


async def given_up(threads, work):
    began = threading.Event()

    def told():
        began.set()
        return work()

    async with anyio.create_task_group() as group:
        group.start_soon(threads.run, told)
        while not began.is_set():  # a thread sets it
            await anyio.sleep(0.001)
        group.cancel_scope.cancel()


async def test_what_hangs_keeps_nothing_else_waiting_as_long_as_few_do(hang):
    threads = Threads(2)
    await given_up(threads, hang)
    assert await threads.run(lambda: "done") == "done"


async def test_no_thread_is_begun_where_as_many_hang_as_there_may_be(hang):
    threads = Threads(2)
    for _ in range(2):
        await given_up(threads, hang)
    with pytest.raises(HangingError):
        await threads.run(lambda: "done")


async def test_one_that_has_come_back_makes_room():
    threads, over = Threads(1), threading.Event()
    await given_up(threads, over.wait)
    over.set()
    with anyio.fail_after(10):
        while True:
            try:
                assert await threads.run(lambda: "done") == "done"
            except HangingError:
                await anyio.sleep(0.001)
            else:
                break
