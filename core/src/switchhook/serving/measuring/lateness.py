"""How late the event loop is, and whether it was stuck: then no call was heard, and none was spoken to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from math import inf

import anyio

from ...contract.figures import Figure
from ...plugins.watchdog import BEAT
from .habit import Habit

logger = logging.getLogger(__name__)

STUCK = 5.0  # seconds late: nobody on the line bears that
RECENT = 10.0  # seconds that it counts: who asks once in that time knows of it
PERIOD = 1.0  # seconds that a figure is the worst of
WINDOW, MOST = 2.0, 0.1  # seconds of an average, and the share that one beat has: a stall is no habit
AT_WORK = 0.6  # of the time, below which a loop that is late was kept from its work

LOOP_LATE = Figure("loop_late_seconds", "seconds", "How late the event loop was, at worst in each second", ())


class Lateness:
    def __init__(self, worked: Callable[[], float] = time.thread_time) -> None:
        """`worked`: seconds of processor that the event loop's thread has had."""
        self._beat = inf  # when it came last
        self._stuck = -inf  # when it was last
        self._worst, self._told = 0.0, 0.0
        self._habit = Habit("the event loop")
        self._clock, self._had, self._at_work = worked, worked(), 1.0

    def note(self, late: float) -> float | None:
        """A beat came so late. What there is to measure, once in a while."""
        now = self._beat = anyio.current_time()
        self._average(late)
        if late >= STUCK:
            self._stuck = now
            logger.error("the event loop was stuck for %.1f s: /livez says so for %g s", late, RECENT)
        self._worst = max(self._worst, late)
        if now - self._told < PERIOD:
            return None
        worst, self._told, self._worst = self._worst, now, 0.0
        return worst

    def _average(self, late: float) -> None:
        share = min(MOST, (BEAT + late) / WINDOW)
        self._habit.note(late, share)
        had = self._clock()
        self._at_work += (min(1.0, (had - self._had) / (BEAT + late)) - self._at_work) * share
        self._had = had

    def is_over(self, limit: float) -> bool:
        """Whether the machine has more to do than it can. A caller hears no difference between a loop that
        has too much to do and one that is kept from it, so both count; the log says which it is."""
        held_up = (
            f", though it was at work for only {self._at_work:.0%} of the time, so something else holds it up"
        )
        return self._habit.is_over(limit, held_up if self._at_work < AT_WORK else "")

    def was_stuck(self) -> bool:
        """Lately. Also before the beat has come that is late."""
        now = anyio.current_time()
        return now - self._stuck < RECENT or now - self._beat - BEAT >= STUCK
