"""The line between a supervisor and a worker, over a real pair of sockets."""

import socket

import anyio
import pytest

from switchhook.serving.workers.line import Line

pytestmark = pytest.mark.anyio


@pytest.fixture
def ends():
    one, other = socket.socketpair()
    with one, other:
        yield one, other


async def test_messages_come_as_they_were_put(ends):
    told = []
    async with anyio.create_task_group() as group:
        here, there = Line(ends[0]), Line(ends[1])
        group.start_soon(here.run, lambda _: None)
        group.start_soon(there.run, told.append)
        here.put(ready="ws://localhost/")
        here.put(answer=1, page=None)
        with anyio.fail_after(10):
            while len(told) < 2:
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    assert told == [{"ready": "ws://localhost/"}, {"answer": 1, "page": None}]


async def test_what_is_too_large_is_lost_and_what_follows_comes(ends, monkeypatch, caplog):
    monkeypatch.setattr("switchhook.serving.workers.line.MOST", 100)
    told = []
    async with anyio.create_task_group() as group:
        here, there = Line(ends[0]), Line(ends[1])
        group.start_soon(here.run, lambda _: None)
        group.start_soon(there.run, told.append)
        here.put(answer=1, page="x" * 100)
        here.put(answer=2, page="x")
        with anyio.fail_after(10):
            while not told:
                await anyio.sleep(0.01)
        group.cancel_scope.cancel()
    assert told == [{"answer": 2, "page": "x"}]
    assert "too many for one message: lost answer, page" in caplog.text


async def test_to_put_is_no_error_when_the_other_side_is_gone(ends):
    line, told = Line(ends[0]), []
    ends[1].close()
    with anyio.fail_after(10):
        await line.run(told.append)
    line.put(changed="switchhook.toml has changed")
    assert told == []
