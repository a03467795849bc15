"""What the peer was sent and has not played yet, by our own clock."""

from __future__ import annotations

from math import inf

CONFIRM = 0.5  # seconds after the sound that the peer's word is waited for
EARLY = 0.1  # seconds that it may come before the sound ends by our clock


class Unplayed:
    def __init__(self) -> None:
        self._until = -inf

    def sent(self, seconds: float, now: float) -> None:
        """It is played after what came before it."""
        self._until = max(self._until, now) + seconds

    def forget(self) -> None:
        """The peer drops what it holds."""
        self._until = -inf

    def finished(self, now: float) -> None:
        """The peer says that all was played; believed only where it can be true."""
        if now >= self._until - EARLY:
            self._until = -inf

    @property
    def over(self) -> float:
        """From when on nothing of it is lost that the caller should hear."""
        return self._until + CONFIRM
