"""A bound on rate."""

from __future__ import annotations


class Bucket:
    """`burst` at once, `rate` a second sustained. Times in seconds, of any one clock."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = burst, now

    def take(self, now: float, count: float = 1) -> bool:
        level = self._level + (now - self._at) * self._rate  # for every frame: no call to `due`
        self._at = now
        level = min(level, self._burst)
        if level < count:
            self._level = level
            return False
        self._level = level - count
        return True

    def spend(self, now: float) -> None:
        """Take one that cannot wait; those after it wait the longer."""
        self.due(now)
        self._level -= 1

    def due(self, now: float, count: float = 1) -> float:
        """When so many may be taken."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        return now if self._level >= count else now + (count - self._level) / self._rate
