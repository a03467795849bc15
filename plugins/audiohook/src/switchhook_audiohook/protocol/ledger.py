"""Sequence numbers: each side counts its own messages and says how far it has read the other's."""

from __future__ import annotations

from collections import deque
from typing import Literal

from switchhook import TokenBucket

from .messages import VERSION, compose
from .rates import BELOW
from .reading import MalformedError

BACK_OFF, LONGEST_BACK_OFF = 1.0, 10.0  # seconds, after a 429 that names no time, and at most
MOST_REPORTS = 16  # that wait; the oldest goes


class Ledger:
    def __init__(self, session_id: str, acknowledgement: Literal["clientseq", "serverseq"]) -> None:
        self.session_id = session_id
        self.sent = 0
        self.received = 0
        self._acknowledgement = acknowledgement

    def enter(self, session_id: str, seq: int, acknowledged: int) -> None:
        """One message of the other side. Raises MalformedError, and then it does not count."""
        self.check_id(session_id)
        if seq != self.received + 1:
            raise MalformedError(f"seq {seq} where {self.received + 1} was due", "sequence")
        if acknowledged > self.sent:
            raise MalformedError(
                f"message {acknowledged} acknowledged where {self.sent} were sent", "sequence"
            )
        self.received = seq

    def enter_late(self, session_id: str, seq: int) -> None:
        """As `enter`, when the two counts may differ already."""
        self.check_id(session_id)
        if seq <= self.received:
            raise MalformedError(f"seq {seq} after {self.received}", "sequence")
        self.received = seq

    def check_id(self, session_id: str) -> None:
        if session_id.lower() != self.session_id.lower():
            raise MalformedError("id of another session", "session")

    def write(self, kind: str, parameters: object, **more: object) -> str:
        """The next message. What this returns must be sent, in the order it was returned."""
        self.sent += 1
        envelope = {"version": VERSION, "id": self.session_id, "type": kind, "seq": self.sent}
        return compose({**envelope, self._acknowledgement: self.received, **more, "parameters": parameters})


class Outgoing:
    """A server's messages until they are numbered. Genesys takes so many texts: pongs and what must be said
    go at once, reports as there is room."""

    def __init__(self, ledger: Ledger, now: float) -> None:
        self._ledger = ledger
        self._pongs: deque[int] = deque()
        self._urgent: deque[tuple[str, object]] = deque()
        self._reports: deque[tuple[str, object]] = deque(maxlen=MOST_REPORTS)
        self._bucket = TokenBucket(*BELOW, now)
        self._held_until = now

    def pong(self, seq: int) -> None:
        self._pongs.append(seq)

    def add(self, kind: str, parameters: object) -> None:
        self._urgent.append((kind, parameters))

    def event(self, kind: str, data: object) -> None:
        self.add("event", {"entities": [{"type": kind, "data": data}]})

    def report(self, kind: str, data: object) -> None:
        """An event that may wait, and be dropped when too many do."""
        self._reports.append(("event", {"entities": [{"type": kind, "data": data}]}))

    def drop_reports(self) -> None:
        self._reports.clear()

    def hold_reports(self, until: float) -> None:
        self._held_until = max(self._held_until, until)

    def due(self, now: float) -> float | None:
        """When a report that waits may go; None: none does."""
        return max(self._held_until, self._bucket.due(now)) if self._reports else None

    def write(self, now: float) -> list[str]:
        # Pongs go first: each acknowledges just its ping, and clientseq must not fall.
        written = [self._ledger.write("pong", {}, clientseq=seq) for seq in self._pongs]
        written += [self._ledger.write(kind, parameters) for kind, parameters in self._urgent]
        for _ in written:
            self._bucket.spend(now)
        self._pongs.clear()
        self._urgent.clear()
        while self._reports and now >= self._held_until and self._bucket.take(now):
            written.append(self._ledger.write(*self._reports.popleft()))
        return written


def back_off(retry_after: float | None) -> float:
    """Seconds to send less after a 429."""
    return BACK_OFF if retry_after is None else min(retry_after, LONGEST_BACK_OFF)
