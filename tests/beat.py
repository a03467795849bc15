"""How tests that depend on real time are tried: one that fails is tried again where, and only where, the machine was
slow while it ran.
"""

import contextlib
import os
import socket
import time
from pathlib import Path

import pytest

SLOW = 0.05  # of the time our processes were ready to go on and waited for a processor
TICK = 0.01  # seconds: the kernel's unit for what its host has taken from it


def pytest_collection_modifyitems(items):
    for item in items:
        beat = item.stash[BEAT] = Beat()
        item.add_marker(pytest.mark.flaky(reruns=2, condition=beat.is_slow))


def pytest_sessionstart(session):
    """A worker tells before each test how often it is tried, in two messages one after the other: the second would
    wait for the first to be acknowledged, 40 ms."""
    told = getattr(session.config.failures_db, "sock", None)
    if told is not None:
        told.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)


def pytest_runtest_setup(item):
    if beat := item.stash.get(BEAT, None):
        beat.begin()


class Beat:
    """What share of a test's time our processes waited for a processor, by the kernel's own account. Where there
    is none, no machine is called slow."""

    def begin(self):
        self._began, self._waited = time.monotonic(), _waited()

    def is_slow(self):
        return _waited() - self._waited > SLOW * (time.monotonic() - self._began)


BEAT = pytest.StashKey[Beat]()


def _waited():
    """Seconds until now."""
    try:
        stolen = int(Path("/proc/stat").read_text().split(maxsplit=9)[8])
        return sum(map(_delay, _family(os.getpid()))) / 1e9 + stolen * TICK
    except (OSError, ValueError):
        return 0.0


def _family(pid):
    """The process and those it has started, and so on."""
    yield pid
    with contextlib.suppress(OSError):  # it has ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _delay(pid):
    """Nanoseconds that it was ready to run and did not."""
    total = 0
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            total += int((thread / "schedstat").read_text().split()[1])
    return total
