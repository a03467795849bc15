"""An event loop in virtual time."""

import socket
import threading
import time

import anyio
import anyio.to_thread
import pytest

from switchhook.virtual.clock import virtual_time


def virtually(test):
    began = time.monotonic()
    result = anyio.run(test, **virtual_time())
    assert time.monotonic() - began < 10
    return result


def test_an_hour_is_over_at_once():
    async def wait():
        began = anyio.current_time()
        await anyio.sleep(3600)
        return anyio.current_time() - began

    assert virtually(wait) == pytest.approx(3600)


def test_what_is_due_earlier_comes_earlier():
    async def wait():
        order = []

        async def after(seconds):
            await anyio.sleep(seconds)
            order.append(seconds)

        async with anyio.create_task_group() as group:
            for seconds in (30, 10, 20, 0):
                group.start_soon(after, seconds)
        return order

    assert virtually(wait) == [0, 10, 20, 30]


def test_a_limit_is_passed():
    async def wait():
        with anyio.move_on_after(60) as scope:
            await anyio.sleep_forever()
        return scope.cancelled_caught

    assert virtually(wait)


def test_a_thread_is_waited_for_where_nothing_waits_for_the_clock():
    async def wait():
        done = threading.Event()
        await anyio.to_thread.run_sync(lambda: done.wait(0.05) or done.set())
        return done.is_set(), anyio.current_time()

    assert virtually(wait) == (True, 0.0)


def test_what_a_socket_has_comes_before_the_clock_leaps():
    async def wait():
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours, theirs:
            theirs.send(b"x")
            with anyio.move_on_after(60):
                await anyio.wait_readable(ours)
        return anyio.current_time()

    assert virtually(wait) == 0.0
