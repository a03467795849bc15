"""How often a server may ask for the caller's audio, or for none."""

from __future__ import annotations

from collections import deque

from switchhook import TokenBucket

from .rates import PAUSES

MOST_OWED = 8  # answers of a client that gives none


class PauseWish:
    """Of wishes that come faster than Genesys takes them, the last is asked for. A client answers each with
    `paused` or `resumed`, and sends the same for pauses of its own: the answers that are owed tell them
    apart."""

    def __init__(self, now: float) -> None:
        self.wanted = False
        self._asked = False
        self._owed: deque[str] = deque(maxlen=MOST_OWED)
        self._bucket = TokenBucket(*PAUSES, now)

    def begin(self, paused: bool) -> None:
        """What `opened` has asked for."""
        self.wanted = self._asked = paused
        if paused:
            self._owed.append("pause")

    def take(self, now: float) -> str:
        """The message to send now, if any."""
        if self.wanted == self._asked or not self._bucket.take(now):
            return ""
        self._asked = self.wanted
        self._owed.append("pause" if self.wanted else "resume")
        return self._owed[-1]

    def explains_paused(self) -> bool:
        """Whether `paused` is the answer to a pause of ours; else the client has one of its own. That may
        also be the answer to `resume`."""
        return bool(self._owed) and self._owed.popleft() == "pause"

    def resumed(self) -> None:
        """Audio goes on: whatever was asked for before the last `resume` needs no answer any more."""
        while "resume" in self._owed:
            self._owed.popleft()

    def due(self, now: float) -> float | None:
        """When to ask `take` again."""
        return None if self.wanted == self._asked else self._bucket.due(now)
