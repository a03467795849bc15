"""The caller's audio on its way to a recognition."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import inf

from ...contract.audio import AudioFormat

KEPT = 30.0  # seconds of caller audio that wait for a recognition to open
UNSURE = 8.0  # seconds of caller audio that are kept until a final covers them

Feed = Callable[[bytes], None]


class KeptAudio:
    """Keeps what comes before a recognition is open, and what it was given until a final covers that."""

    def __init__(self, audio: AudioFormat) -> None:
        self._audio, self._a_second = audio, audio.bytes_per_second
        self.received = 0  # bytes in all, whoever heard them
        self._feed: Feed | None = None  # of the open recognition
        self._ignoring = False
        self._early: deque[bytes] = deque()  # not given to a recognition yet
        self._early_size, self._most_early = 0, audio.size(KEPT)
        self._unsure: deque[bytes] = deque()  # given, and no final covers it
        self._most_unsure = audio.size(UNSURE)
        self._base = 0  # bytes that came before those that the recognition was given
        self._heard = 0  # bytes that recognitions were given which have ended

    @property
    def fed(self) -> float:
        """Seconds of audio that the recognition was given: what its times count from."""
        return (self.received - self._base) / self._a_second

    @property
    def recognized(self) -> int:
        """Bytes that recognitions were given in all."""
        return self._heard + (self.received - self._base if self._feed is not None else 0)

    def _end_feed(self) -> None:
        self._heard, self._feed = self.recognized, None

    def take(self, data: bytes) -> None:
        """Called for every frame."""
        self.received += len(data)
        if self._feed is not None:
            unsure = self._unsure
            unsure.append(data)
            if len(unsure) * len(data) > self._most_unsure:  # pieces of a call are of one length, about
                unsure.popleft()
            self._feed(data)
        elif not self._ignoring:
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        self._early.append(data)
        self._early_size += len(data)
        while self._early_size > self._most_early:
            self._early_size -= len(self._early.popleft())

    def pour(self, feed: Feed) -> None:
        """A recognition is open: it is given what was kept, and all that comes until `hold`."""
        self._end_feed()
        early, size = self._early, self._early_size
        self._early, self._early_size, self._unsure = deque(), 0, deque()
        self._feed, self._base = feed, self.received - size
        self.received = self._base  # `take` counts them again
        for data in early:
            self.take(data)

    def hold(self) -> None:
        """What comes now is for the next recognition."""
        self._end_feed()

    def ignore(self, ignoring: bool) -> None:
        """While it is on, nothing is kept, and what was kept is dropped."""
        self._ignoring = ignoring
        if ignoring:
            self._end_feed()
            self._early, self._early_size = deque(), 0

    def cover(self, end: float) -> None:
        """A final covers what lies before `end`, in seconds of what was fed, or all of it where that is 0: no
        other recognition has to hear it."""
        sure = self._audio.size(end) if end else inf
        since = self.received - self._base - sum(map(len, self._unsure))
        while self._unsure and since + len(self._unsure[0]) <= sure:
            since += len(self._unsure.popleft())

    def end(self, *, again: bool) -> None:
        """The recognition is over; `again`: the next one is given what no final of this one has covered."""
        self._end_feed()
        if again:
            for data in self._unsure:
                self._keep(data)
        self._unsure = deque()
