"""How late the event loop is, and whether it was stuck: then no call was heard, and none was spoken to."""

from __future__ import annotations

import logging
from math import inf

import anyio

from ..contract.figures import Figure
from ..plugins.watchdog import BEAT

logger = logging.getLogger(__name__)

STUCK = 5.0  # seconds late: nobody on the line bears that
RECENT = 10.0  # seconds that it counts: who asks once in that time knows of it
PERIOD = 1.0  # seconds that a figure is the worst of

LOOP_LATE = Figure("loop_late_seconds", "seconds", "How late the event loop was, at worst in each second", ())


class Lateness:
    def __init__(self) -> None:
        self._beat = inf  # when it came last
        self._stuck = -inf  # when it was last
        self._worst, self._told = 0.0, 0.0

    def note(self, late: float) -> float | None:
        """A beat came so late. What there is to measure, once in a while."""
        now = self._beat = anyio.current_time()
        if late >= STUCK:
            self._stuck = now
            logger.error("the event loop was stuck for %.1f s: /livez says so for %g s", late, RECENT)
        self._worst = max(self._worst, late)
        if now - self._told < PERIOD:
            return None
        worst, self._told, self._worst = self._worst, now, 0.0
        return worst

    def was_stuck(self) -> bool:
        """Lately. Also before the beat has come that is late."""
        now = anyio.current_time()
        return now - self._stuck < RECENT or now - self._beat - BEAT >= STUCK
