"""A bound on what a client sends that costs one subtraction for each message."""

from __future__ import annotations

from switchhook import TokenBucket


class Allowance:
    """As a `TokenBucket` of this rate and burst, half a second of which is paid out ahead. Whoever spends
    takes it from `left`, and asks `settle` only when that is below zero. Never more than the bucket would
    let through, in no time whatever: what is paid out is not in the bucket meanwhile."""

    __slots__ = ("_ahead", "_bucket", "left")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._ahead = self.left = rate / 2
        self._bucket = TokenBucket(rate, burst - self._ahead, now)

    def settle(self, now: float) -> bool:
        """Whether what was spent too much is allowed; where it is, more is paid out if there is any."""
        owed = max(0.0, -self.left)
        if self._bucket.take(now, owed + self._ahead):
            self.left = self._ahead
            return True
        if self._bucket.take(now, owed):
            self.left = 0.0
            return True
        return False
