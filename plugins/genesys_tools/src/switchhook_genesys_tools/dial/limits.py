"""How fast Genesys lets a server send."""

from __future__ import annotations

from switchhook import TokenBucket
from switchhook_audiohook.protocol.rates import MESSAGES, PAUSES, Rate

REMIND = 1.0  # seconds between two errors about the same limit


class RateLimit:
    """The limit for one kind of messages."""

    def __init__(self, rate: Rate = MESSAGES) -> None:
        self.rate, self.burst, self.excess = rate.sustained, rate.burst, 0
        self._bucket = TokenBucket(*rate)
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
    """The limits by kind of message."""
    pauses = {kind: RateLimit(PAUSES) for kind in ("pause", "resume")}
    return {"text": RateLimit(), "audio": RateLimit(), **pauses}
