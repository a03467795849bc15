"""A bound on rate."""

from __future__ import annotations

TICK = 1e-6  # tokens that rounding may lose


class TokenBucket:
    """Lets through `burst` at once, and `rate` a second in the long run; it is full at the start. Times are
    seconds of any one clock."""

    __slots__ = ("_at", "_burst", "_level", "_rate")

    def __init__(self, rate: float, burst: float, now: float = 0.0) -> None:
        self._rate, self._burst = rate, burst
        self._level, self._at = float(burst), now

    def take(self, now: float, count: float = 1) -> bool:
        """False: there are fewer, and none was taken."""
        level = self._level + (now - self._at) * self._rate  # for every frame: no call to another method
        self._at = now
        level = min(level, self._burst)
        if level < count - TICK:
            self._level = level
            return False
        self._level = level - count
        return True

    def spend(self, now: float) -> bool:
        """Take one even if there is none: those who ask later wait the longer. False: there was none."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate) - 1
        self._at = now
        return self._level >= -TICK

    def due(self, now: float, count: float = 1) -> float:
        """When so many may be taken."""
        self._level = min(self._burst, self._level + (now - self._at) * self._rate)
        self._at = now
        missing = count - self._level
        return now if missing <= TICK else now + missing / self._rate
