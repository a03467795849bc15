"""How often a server may ask for the caller's audio, or for none."""

from __future__ import annotations

from ..bucket import Bucket

RATE, BURST = 2.0, 4  # pause and resume a second, and at once, that Genesys takes


class PauseWish:
    """Of wishes that come faster than Genesys takes them, the last is asked for."""

    def __init__(self, now: float) -> None:
        self.wanted = False
        self._asked = False
        self._bucket = Bucket(RATE, BURST, now)

    def begin(self, paused: bool) -> None:
        """What `opened` has asked for."""
        self.wanted = self._asked = paused

    def take(self, now: float) -> str:
        """The message to send now, if any."""
        if self.wanted == self._asked or not self._bucket.take(now):
            return ""
        self._asked = self.wanted
        return "pause" if self.wanted else "resume"

    def due(self, now: float) -> float | None:
        """When to ask `take` again."""
        return None if self.wanted == self._asked else self._bucket.due(now)
