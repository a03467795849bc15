"""Turns times of the service, which counts the audio that it was sent, into times of the audio that was
fed."""

from __future__ import annotations

from bisect import bisect_right


class Timeline:
    """Of one request; positions are bytes. What is sent is what was fed, except for silence put in to keep
    the session alive, and for audio left out."""

    def __init__(self, fed: int) -> None:
        self._marks = [(0, fed)]  # (sent, fed): from there on the two go on together

    def sent(self, fed: int) -> int:
        """How much had been sent when the sending reached this position."""
        out, start = self._marks[-1]
        return out + fed - start

    def silence(self, fed: int, size: int) -> None:
        """So much silence was put in at this position."""
        out = self.sent(fed) + size
        if len(self._marks) > 1 and self._marks[-1][1] == fed:
            self._marks.pop()
        self._marks.append((out, fed))

    def skip(self, fed: int, size: int) -> None:
        """So much audio was left out at this position."""
        self._marks.append((self.sent(fed), fed + size))

    def fed(self, sent: int) -> int:
        at = bisect_right(self._marks, (sent, float("inf"))) - 1
        out, start = self._marks[max(0, at)]
        position = start + sent - out
        # within silence the audio stands still
        return min(position, self._marks[at + 1][1]) if at + 1 < len(self._marks) else position

    def forget(self, sent: int) -> None:
        """Nothing before it is asked for any more."""
        while len(self._marks) > 1 and self._marks[1][0] <= sent:
            self._marks.pop(0)
