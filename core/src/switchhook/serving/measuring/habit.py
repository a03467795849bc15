"""What is late on average, and whether that is too much."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)

CALM = 0.5  # of the limit, below which it is kept again: calls are not given back by turns


class Habit:
    def __init__(self, name: str) -> None:
        self._name = name
        self.usual = 0.0  # seconds late, on average of what was lately
        self._over = False

    def note(self, late: float, share: float) -> None:
        """`share`: of the average that this has, from 0 to 1."""
        self.usual += (late - self.usual) * share

    def is_over(self, limit: float, why: str = "") -> bool:
        """As soon as it is usually later than `limit`, until it is so by half of that. `why`: for the log."""
        over = self.usual > (CALM * limit if self._over else limit)
        if over is not self._over:
            self._over = over
            if over:
                logger.warning(
                    "%s is %.2f s late on average%s: new calls are turned away until it is better "
                    "([server] max_late)",
                    self._name,
                    self.usual,
                    why,
                )
            else:
                logger.warning("%s is in time again: new calls are taken", self._name)
        return over
