"""How late the event loop is, and whether it was stuck: then no call was heard, and none was spoken to."""

from __future__ import annotations

import logging
from math import inf

import anyio

from ...contract.figures import Figure
from ...plugins.watchdog import BEAT

logger = logging.getLogger(__name__)

STUCK = 5.0  # seconds late: nobody on the line bears that
RECENT = 10.0  # seconds that it counts: who asks once in that time knows of it
PERIOD = 1.0  # seconds that a figure is the worst of
WINDOW, MOST = 2.0, 0.1  # seconds of an average, and the share that one beat has: a stall is no habit
CALM = 0.5  # of the limit, below which it is kept again: calls are not given back by turns

LOOP_LATE = Figure("loop_late_seconds", "seconds", "How late the event loop was, at worst in each second", ())


class Lateness:
    def __init__(self) -> None:
        self._beat = inf  # when it came last
        self._stuck = -inf  # when it was last
        self._worst, self._told = 0.0, 0.0
        self.usual = 0.0  # seconds late, on average of what was lately
        self._over = False

    def note(self, late: float) -> float | None:
        """A beat came so late. What there is to measure, once in a while."""
        now = self._beat = anyio.current_time()
        self.usual += (late - self.usual) * min(MOST, (BEAT + late) / WINDOW)
        if late >= STUCK:
            self._stuck = now
            logger.error("the event loop was stuck for %.1f s: /livez says so for %g s", late, RECENT)
        self._worst = max(self._worst, late)
        if now - self._told < PERIOD:
            return None
        worst, self._told, self._worst = self._worst, now, 0.0
        return worst

    def is_over(self, limit: float) -> bool:
        """Whether the machine has more to do than it can: as soon as the loop is usually later than `limit`,
        until it is so by half of that."""
        over = self.usual > (CALM * limit if self._over else limit)
        if over is not self._over:
            self._over = over
            if over:
                logger.warning(
                    "the event loop is %.2f s late on average: new calls are turned away until it is better "
                    "([server] max_late)",
                    self.usual,
                )
            else:
                logger.warning("the event loop is in time again: new calls are taken")
        return over

    def was_stuck(self) -> bool:
        """Lately. Also before the beat has come that is late."""
        now = anyio.current_time()
        return now - self._stuck < RECENT or now - self._beat - BEAT >= STUCK
