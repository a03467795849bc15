"""When a client pings: a second after `opened`, again at the first answer, then every five seconds."""

from __future__ import annotations

FIRST = 1.0  # seconds from `opened`
PERIOD = 5.0  # seconds; a pong must come within one period


class Pings:
    def __init__(self) -> None:
        self.due: float | None = None
        self.pending: int | None = None  # seq of the ping that waits for its pong
        self.rtt: float | None = None
        self._sent_at = 0.0

    def start(self, now: float) -> None:
        self.due = now + FIRST

    def stop(self) -> None:
        self.due = None

    def sent(self, seq: int, now: float) -> None:
        self.pending, self._sent_at, self.due = seq, now, now + PERIOD

    def wrong(self, clientseq: int) -> tuple[int, str] | None:
        """Code and rule, where a pong is not the answer to the ping."""
        if self.pending is None:
            return 409, "pong without ping"
        if clientseq != self.pending:
            return 400, "pong with the clientseq of another message"
        return None

    def answered(self, now: float) -> float:
        """The round trip in seconds."""
        if self.rtt is None and self.due is not None:
            self.due = now
        self.pending, self.rtt = None, now - self._sent_at
        return self.rtt
