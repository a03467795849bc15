"""What seemed to be speech and was none. No clock."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf


@dataclass(slots=True)
class Noise:
    """It puts the end of a silence off, by at most `most` seconds in all. `seconds`: of it, in the call."""

    most: float
    seconds: float = 0.0
    _left: float = 0.0
    _began: float | None = None  # of what is being said, or is no speech
    _since: float = 0.0  # likewise, in this silence
    _worded: bool = False

    def begin_silence(self, now: float) -> None:
        self._left, self._since = self.most, now

    def follow(self, now: float, *, speaking: bool, worded: bool, believed: bool) -> float:
        """Seconds that the silence is put off by what has turned out to be no speech with this event;
        `believed`: what ended with it was some."""
        if speaking:
            if self._began is None:
                self._began = self._since = now
            self._worded = worded
            return 0.0
        began, self._began = self._began, None
        if began is None or believed:
            return 0.0
        self.seconds += now - began
        off = min(now - self._since, self._left)
        self._left -= off
        return off

    @property
    def postpones(self) -> float:
        """Seconds that the silence may still be put off by what goes on."""
        if self._began is None:
            return 0.0
        return inf if self._worded else self._left

    def skip(self, seconds: float) -> None:
        """Nothing was heard for so long."""
        if self._began is not None:
            self._began, self._since = self._began + seconds, self._since + seconds

    def until(self, now: float) -> float:
        """`seconds`, with what still goes on."""
        going_on = self._began is not None and not self._worded
        return self.seconds + (now - self._began if going_on and self._began is not None else 0.0)
