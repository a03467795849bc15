"""Records that the spool could not take: the log has them, and sinks get them from memory, if it has room."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

import anyio

from ...contract.figures import Figure
from .delivery import Delivery, Measured

logger = logging.getLogger(__name__)

UNSPOOLED = Figure(
    "records_unspooled",
    "count",
    "Records of calls that the spool could not take: the log has them, and sinks get them from memory",
    (),
)
MISSED = Figure(
    "records_missed",
    "count",
    "Records that a sink will not get, as neither the spool nor memory had room: the log has them",
    ("sink",),
)
FIGURES = (UNSPOOLED, MISSED)

LOOK = 1.0  # seconds between two looks
SAYS_AGAIN = 60.0  # seconds until it is said again


class Unspooled:
    """`add` may be called in any thread, all else in the event loop."""

    def __init__(self) -> None:
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._unsaid, self._missed, self._said = 0, 0, -SAYS_AGAIN

    def add(self, line: str) -> None:
        """A record, as JSON."""
        self._lines.put(line)

    async def watch(self, deliveries: Sequence[Delivery], measured: Measured) -> None:
        """For ever."""
        while True:
            await anyio.sleep(LOOK)
            self.offer(deliveries, measured)

    def offer(self, deliveries: Sequence[Delivery], measured: Measured) -> None:
        """What has come, to each sink."""
        for line in self._taken():
            measured(UNSPOOLED.name, 1, {})
            self._unsaid += 1
            for delivery in deliveries:
                if not delivery.offer(line):
                    measured(MISSED.name, 1, {"sink": delivery.name})
                    self._missed += 1
        self._say(time.monotonic())

    def _taken(self) -> Sequence[str]:
        lines: list[str] = []
        with suppress(Empty):
            while True:
                lines.append(self._lines.get_nowait())
        return lines

    def _say(self, now: float) -> None:
        if not self._unsaid or now - self._said < SAYS_AGAIN:
            return
        form = "the spool did not take %d records of calls: sinks get them from memory, as long as we run"
        logger.error(form, self._unsaid)
        if self._missed:
            form = (
                "%d times a sink will not get such a record, as memory has no room for more: the log has it"
            )
            logger.error(form, self._missed)
        self._unsaid = self._missed = 0
        self._said = now
