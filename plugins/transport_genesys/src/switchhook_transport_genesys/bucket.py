"""A bound on rate."""

from __future__ import annotations


class Bucket:
    """`burst` at once, `rate` a second sustained. Times in seconds, of any one clock."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = burst, now

    def take(self, now: float) -> bool:
        if self.due(now) > now:
            return False
        self._level -= 1
        return True

    def due(self, now: float) -> float:
        """When the next may be taken."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        return now if self._level >= 1 else now + (1 - self._level) / self._rate
