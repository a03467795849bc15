"""How fast Genesys lets a server send."""

from __future__ import annotations

from switchhook_audiohook.bucket import Bucket

PAUSE_RATE, PAUSE_BURST = 2.0, 4
REMIND = 1.0  # seconds between two errors about the same limit


class RateLimit:
    """5 messages a second and 25 at once, for text and for binary messages each; 2 and 4 for `pause`, and
    for `resume` (operational event AUDIOHOOK-0012)."""

    def __init__(self, rate: float = 5.0, burst: int = 25) -> None:
        self.rate, self.burst, self.excess = rate, burst, 0
        self._bucket = Bucket(rate, burst, now=0.0)
        self._reminded = -REMIND

    def count(self, now: float) -> bool:
        """One more message. False: one too many."""
        fits = self._bucket.take(now)
        self.excess += not fits
        return fits

    def complain(self, now: float) -> float | None:
        """After one too many: seconds until the next would fit, to be told to the server; None if it was told
        a moment ago."""
        if now < self._reminded + REMIND:
            return None
        self._reminded = now
        return max(self._bucket.due(now) - now, 0.001)


def limits() -> dict[str, RateLimit]:
    """By kind of message."""
    pauses = {kind: RateLimit(PAUSE_RATE, PAUSE_BURST) for kind in ("pause", "resume")}
    return {"text": RateLimit(), "audio": RateLimit(), **pauses}
