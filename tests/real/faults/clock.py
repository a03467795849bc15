"""Real sockets in virtual time: an event loop whose clock stands still while anything happens, and jumps to the
next timer when nothing does. A slow machine takes longer to run it, and no call can tell.

Both ends of every connection must be in the loop. While a thread of the loop's works, or one that fetches a token,
the clock stands still too.
"""

import asyncio
import os
import selectors
import threading
import time
from unittest import mock

import anyio

LOOKS = 3  # until nothing is under way between two sockets of one machine
FAR = 0.005  # seconds to the next timer: before such a jump the machine gets a moment more
SLICE = 0.01  # real seconds to wait for a thread at once
PATIENCE = (
    5.0  # real seconds in which a thread may keep the clock: longer, and it may itself wait for the clock
)
STUCK = 60.0  # real seconds without an event or a timer


class _Selector(selectors.DefaultSelector):
    def __init__(self):
        super().__init__()
        self.now, self.working = 0.0, set()
        self._idle = 0.0  # real seconds without an event, while a thread works

    def select(self, timeout=None):
        events = self._look(timeout)
        if events or timeout == 0:
            self._idle = 0.0
        elif self.working or any(thread.name == "watson-token" for thread in threading.enumerate()):
            events = self._wait(SLICE if timeout is None else min(timeout, SLICE))
        elif timeout is None:
            events = super().select(STUCK)
            assert events, "nothing is going to happen any more"
        else:
            self.now += timeout
        return events

    def _look(self, timeout):
        events = super().select(0)
        for _ in range(LOOKS):
            if events or timeout == 0:
                return events
            os.sched_yield()
            events = super().select(0)
        return events or super().select(0.001 if timeout is None or timeout > FAR else 0)

    def _wait(self, seconds):
        began = time.perf_counter()
        events = super().select(SLICE)
        self._idle = 0.0 if events else self._idle + time.perf_counter() - began
        if self._idle > PATIENCE:
            self.now += seconds
        return events


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        self.selector = _Selector()
        super().__init__(self.selector)

    def time(self):
        return self.selector.now

    def run_in_executor(self, executor, func, *args):  # type: ignore[override]  # tests have no annotations
        job = super().run_in_executor(executor, func, *args)
        self.selector.working.add(job)
        job.add_done_callback(self.selector.working.discard)
        return job


def run(function, *args):
    """As `anyio.run`. Libraries that look at the clock themselves see this one too."""
    loop = _Loop()
    with mock.patch("time.monotonic", loop.time):
        return anyio.run(function, *args, backend_options={"loop_factory": lambda: loop})
