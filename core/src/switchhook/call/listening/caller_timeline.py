"""Where the caller's audio lies in the call: arithmetic, no tasks.

It is counted by its samples, as the network is late now and then and catches up. The peer's clock is another,
and it may leave out audio without a word, so what stays late is set right.
"""

from __future__ import annotations

from math import inf

JITTER = 0.01  # seconds that audio may be early or late and is counted on
LATE = 5.0  # seconds that all of it has to be late until it is believed that some never came


class CallerTimeline:
    """Times are seconds of one clock."""

    def __init__(self) -> None:
        self._end: float | None = None  # where the next sample lies; None: where it comes
        self._late_since, self._least_late = inf, inf

    def place(self, seconds: float, now: float) -> float:
        """Where a piece of so many seconds begins that has come now. It cannot end later than that."""
        newest = now - seconds
        begin = newest if self._end is None else self._end
        late = newest - begin
        if late < -JITTER:
            begin, self._late_since = newest, inf
        elif late <= JITTER:
            self._late_since = inf
        elif self._late_since == inf:
            self._late_since, self._least_late = now, late
        else:
            self._least_late = min(self._least_late, late)
            if now - self._late_since >= LATE:
                begin += self._least_late
                self._late_since = inf
        self._end = begin + seconds
        return begin

    def skip(self, seconds: float) -> None:
        """So much of it will never come."""
        if self._end is not None:
            self._end += seconds

    def begin_anew(self) -> None:
        """It was not sent for a while; what comes next is new."""
        self._end, self._late_since = None, inf
