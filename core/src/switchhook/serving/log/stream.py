"""Standard error, through a bounded queue: whoever logs never waits for whoever reads it.

A pipe that nobody reads, a terminal that was stopped and a disk that hangs all keep a writer waiting, and
would stop every call.
"""

from __future__ import annotations

import logging
import os
import select
import time
from queue import SimpleQueue
from threading import Thread

logger = logging.getLogger(__name__)

MOST = 4 * 1024 * 1024  # bytes that may wait; lines beyond are counted
PATIENCE = 1.0  # seconds that lines may take at the end
LOOK = 0.005  # seconds between two looks at whether all is written


class LogStream:
    """For one writer at a time, such as a logging handler. Each call of `write` gives whole lines."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        # each is changed by one side only, so none needs a lock: by the one that puts,
        self._put = self._left_out = 0
        # and by the thread
        self._written = self._known_left_out = self._untaken = 0
        self._why, self._torn = "", False  # the disk took half a line
        # daemon: at its end the process does not wait for it
        self._thread = Thread(target=self._run, name="switchhook-log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "backslashreplace")
        if self._put - self._written + len(data) > MOST:
            self._left_out += 1
            return
        self._put += len(data)
        self._queue.put(data)

    def flush(self) -> None:
        """There is nothing to do: the thread writes."""

    def settle(self) -> None:
        """Waits a little, so that what was put is written."""
        until = time.monotonic() + PATIENCE
        while self._written < self._put and time.monotonic() < until:
            time.sleep(LOOK)

    def close(self) -> None:
        self.settle()
        self._queue.put(None)

    def _run(self) -> None:
        while (data := self._queue.get()) is not None:
            if self._write(data):
                self._say_what_is_missing()
            else:
                self._untaken += 1
            self._written += len(data)  # last: whoever waits for it then waits for the warning too

    def _say_what_is_missing(self) -> None:
        """Once nothing waits: these lines wait like all others."""
        left_out = self._left_out
        if left_out > self._known_left_out and self._queue.empty():
            newly, self._known_left_out = left_out - self._known_left_out, left_out
            logger.warning("%d log lines are left out here: nobody read standard error", newly)
        if self._untaken and self._queue.empty():
            newly, self._untaken = self._untaken, 0
            logger.warning("%d log lines are missing here: standard error took none (%s)", newly, self._why)

    def _write(self, data: bytes) -> bool:
        """Writes without Python's buffer: if the thread hung in it, the process could not end. Whether it is
        written: a disk may be full."""
        rest = memoryview(b"\n" * self._torn + data)
        whole = len(rest)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # another process has made the terminal or pipe we share non-blocking
                select.select([], [self._descriptor], [])
            except OSError as error:  # nobody is there to be told
                self._why, self._torn = (
                    error.strerror or type(error).__name__,
                    self._torn or len(rest) < whole,
                )
                return False
        self._torn = False
        return True
