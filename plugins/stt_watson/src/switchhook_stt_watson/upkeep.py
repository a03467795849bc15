"""When silence has to be put in: the service ends a session that gets less than 15 s of audio in 30 s."""

from __future__ import annotations

from collections import deque

WINDOW = 10  # beats
ENOUGH = 0.8  # of the real time in a window; what is put in after a look keeps it above half


class Upkeep:
    """Looks at how far the sending has come, once a beat."""

    def __init__(self, per_beat: int) -> None:
        """`per_beat`: bytes of audio in the time of one beat."""
        self.per_beat = per_beat
        self._sent: deque[int] = deque(maxlen=WINDOW + 1)

    def due(self, sent: int) -> bool:
        """`sent` in bytes. Whether a beat of silence is to follow."""
        self._sent.append(sent)
        full = len(self._sent) > WINDOW
        return full and sent - self._sent[0] < ENOUGH * WINDOW * self.per_beat
