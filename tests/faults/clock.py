"""Real sockets in virtual time: an event loop whose clock stands still while anything happens, and jumps to the
next timer when nothing does. A slow machine takes longer to run it, and no call can tell.

Both ends of every connection must be in the loop. While a thread works, the clock goes as any clock does.
"""

import asyncio
import os
import selectors
import threading
import time
from unittest import mock

import anyio

LOOKS = 3  # until nothing is under way between two sockets of one machine
SLICE = 0.01  # seconds to wait for a thread at once
STUCK = 60.0  # real seconds without an event or a timer


class _Selector(selectors.DefaultSelector):
    def __init__(self):
        super().__init__()
        self.now, self._threads = 0.0, threading.active_count()

    def select(self, timeout=None):
        events = super().select(0)
        for _ in range(LOOKS):
            if events or timeout == 0:
                return events
            os.sched_yield()
            events = super().select(0)
        if timeout is None and not self._busy():
            events = super().select(STUCK)
            assert events, "nothing is going to happen any more"
        elif not events and self._busy():
            events = self._wait(SLICE if timeout is None else min(timeout, SLICE))
        elif not events:
            self.now += timeout
        return events

    def _busy(self):
        return threading.active_count() > self._threads

    def _wait(self, seconds):
        began = time.perf_counter()
        events = super().select(seconds)
        self.now += min(seconds, time.perf_counter() - began)
        return events


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.selector = _Selector()
        super().__init__(self.selector)

    def time(self):
        return self.selector.now


def run(function, *args):
    """As `anyio.run`. Libraries that look at the clock themselves see this one too."""
    loop = _Loop()
    with mock.patch("time.monotonic", loop.time):
        return anyio.run(function, *args, backend_options={"loop_factory": lambda: loop})
