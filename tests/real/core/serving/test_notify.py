"""What systemd is told, by a stand-in for its socket."""

import os
import socket
import time
from types import SimpleNamespace

import anyio
import pytest

from switchhook.serving.process.notify import Notifier

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=["a path", "an abstract name"])
def systemd(request, tmp_path):
    """Where it listens, and what it was told since the last look."""
    path = str(tmp_path / "notify") if request.param == "a path" else f"@switchhook-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(path.replace("@", "\0", 1))
        there.setblocking(False)

        def told():
            found = []
            while True:
                try:
                    found.append(there.recv(4096).decode().split("\n"))
                except BlockingIOError:
                    return found

        yield SimpleNamespace(environ={"NOTIFY_SOCKET": path}, told=told)


@pytest.fixture
def server():
    return SimpleNamespace(ending=SimpleNamespace(begun=anyio.Event()), calls="3 live calls")


async def following(notifier, server, seconds):
    async with anyio.create_task_group() as group:
        group.start_soon(notifier.follow, server.ending.begun, server.calls)
        await anyio.sleep(seconds)
        group.cancel_scope.cancel()


def test_it_is_told_when_calls_are_answered(systemd):
    Notifier(systemd.environ).ready()
    assert systemd.told() == [["READY=1", "STATUS=Answering calls"]]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("applied", "STATUS=Answering calls"),
        ("not applied", "STATUS=Answering calls; the configuration is not applied: see the log"),
    ],
)
def test_a_reading_of_the_configuration_begins_at_a_time_and_ends_with_ready(systemd, outcome, status):
    notifier, before = Notifier(systemd.environ), time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    for stage in ("begun", outcome):
        notifier.reloading(stage)
    [begun, over] = systemd.told()
    assert (begun[0], over) == ("RELOADING=1", ["READY=1", status])
    name, _, at = begun[1].partition("=")
    assert name == "MONOTONIC_USEC"
    assert before <= int(at) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000


async def test_it_is_told_when_the_server_begins_to_end(systemd, server):
    server.ending.begun.set()
    await following(Notifier(systemd.environ), server, 0.05)
    assert systemd.told() == [["STOPPING=1", "STATUS=Ending; 3 live calls"]]


async def test_it_is_told_twice_in_each_period_that_the_loop_goes_round(systemd, server):
    await following(Notifier({**systemd.environ, "WATCHDOG_USEC": "20000"}), server, 0.1)
    beats = systemd.told()
    assert beats.count(["WATCHDOG=1"]) == len(beats) >= 2


@pytest.mark.parametrize(
    "environ", [{}, {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "often"}]
)
async def test_a_watchdog_that_is_not_ours_hears_nothing(systemd, server, environ):
    await following(Notifier({**systemd.environ, **environ}), server, 0.05)
    assert systemd.told() == []


async def test_without_systemd_nobody_is_told(server):
    notifier = Notifier({"WATCHDOG_USEC": "1"})
    notifier.ready()
    await following(notifier, server, 0.01)


def test_a_systemd_that_is_gone_costs_a_line_and_nothing_else(tmp_path, caplog):
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    assert caplog.messages == ["cannot tell systemd READY=1: No such file or directory"]


def test_a_systemd_that_does_not_read_keeps_nobody_waiting(systemd, caplog):
    notifier = Notifier(systemd.environ)
    for _ in range(2000):
        notifier.ready()
    assert "cannot tell systemd READY=1" in caplog.text
