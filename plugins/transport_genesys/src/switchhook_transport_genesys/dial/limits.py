"""How fast Genesys lets a server send."""

from __future__ import annotations

from ..bucket import Bucket


class RateLimit:
    """5 messages a second and 25 at once, for text and for binary messages each (operational event
    AUDIOHOOK-0012)."""

    def __init__(self) -> None:
        self.excess = 0
        self._bucket = Bucket(rate=5.0, burst=25, now=0.0)

    def count(self, now: float) -> bool:
        """One more message. False: one too many."""
        fits = self._bucket.take(now)
        self.excess += not fits
        return fits
