"""Work in a thread that may never end. In real time: threads know no other."""

import contextvars
import threading

import anyio
import pytest

from switchhook.serving.process.detached import in_thread

pytestmark = pytest.mark.anyio
said = contextvars.ContextVar("said")


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_it_gives_what_the_function_gives():
    assert await in_thread(lambda: 7) == 7


@pytest.mark.parametrize("kind", [OSError, SystemExit])
async def test_it_raises_what_the_function_raises(kind):
    def fail():
        raise kind("why")

    with pytest.raises(kind, match="why"):
        await in_thread(fail)


async def test_the_function_sees_the_context_of_who_waits():
    said.set("moin")
    assert await in_thread(said.get) == "moin"


async def test_what_hangs_is_left_to_itself_and_python_waits_for_no_thread_of_it():
    threads, begun, go_on = [], threading.Event(), threading.Event()

    def hang():
        threads.append(threading.current_thread())
        begun.set()
        go_on.wait(10)

    async with anyio.create_task_group() as group:
        group.start_soon(in_thread, hang)
        while not begun.is_set():
            await anyio.sleep(0.001)
        group.cancel_scope.cancel()
    assert [(each.daemon, each.is_alive()) for each in threads] == [(True, True)]
    go_on.set()
    threads[0].join(10)
