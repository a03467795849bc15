"""The caller's audio that may be needed again, and how much of it the connection has got."""

from __future__ import annotations

from collections import deque


class Backlog:
    """Positions are bytes of audio fed since the recognition opened. Never more than `most` bytes are kept,
    and `keep` of those that were sent: the oldest go. `dropped` counts what the connection had not got."""

    def __init__(self, most: int, keep: int, unit: int = 1) -> None:
        """`unit`: bytes of one sample, which is never cut."""
        self.keep, self._most, self._unit = keep, most, unit
        self.fed = self.sent = self.dropped = 0
        self._sent: deque[bytes] = deque()
        self._waiting: deque[bytes] = deque()
        self._kept = 0

    @property
    def waiting(self) -> int:
        """Bytes that the connection has not got."""
        return self.fed - self.sent

    def add(self, audio: bytes) -> None:
        """Audio that was fed and is to be sent."""
        self._waiting.append(audio)
        self.fed += len(audio)
        self._kept += len(audio)
        self._trim()

    def pass_by(self, audio: bytes) -> None:
        """Audio that was fed and is sent at once; only while nothing waits."""
        self._sent.append(audio)
        self.fed += len(audio)
        self.sent = self.fed
        self._kept += len(audio)
        while self._kept > self.keep and self._sent:
            self._kept -= len(self._sent.popleft())

    def next(self, size: int) -> bytes:
        """At most so many of the waiting bytes, which count as sent."""
        audio = self._waiting.popleft()
        if len(audio) > size:
            size -= size % self._unit
            self._waiting.appendleft(audio[size:])
            audio = audio[:size]
        self._sent.append(audio)
        self.sent += len(audio)
        return audio

    def cover(self, position: int) -> None:
        """What was sent before this position is known for good."""
        position -= position % self._unit
        first = self.fed - self._kept
        while self._sent and first < position:
            audio = self._sent.popleft()
            if first + len(audio) > position:
                self._sent.appendleft(audio[position - first :])
                audio = audio[: position - first]
            first += len(audio)
            self._kept -= len(audio)

    def rewind(self) -> None:
        """There is a new connection, which has got nothing yet."""
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()
        self.sent = self.fed - self._kept

    def _trim(self) -> None:
        while self._sent and (self._kept - self.waiting > self.keep or self._kept > self._most):
            self._kept -= len(self._sent.popleft())
        while self._kept > self._most:
            size = len(self._waiting.popleft())
            self._kept -= size
            self.sent += size
            self.dropped += size
