"""How far ahead of the caller's ear a leg has been sent to: arithmetic, no tasks.

Positions are seconds of prompt audio since the call began. A run is audio that plays without a break.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

from ...contract.bucket import TokenBucket
from ...contract.leg import Pace

CONFIRM = 0.5  # seconds that a peer's confirmation is waited for until our own clock decides
EARLY = 0.1  # seconds that it may come before the sound ends by our clock: the last of it is on its way
TICK = 1e-6  # below a sample


def nobody(_position: float, _began: float) -> None:
    pass


class PlayClock:
    """`ended` is told of each run that ends: the position that was heard, and when the call's first second of
    prompt audio would have been heard if all of it were that run."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.sent = 0.0  # position after the last byte sent
        self._base = 0.0  # position where the run began
        self._first: float | None = None  # when the run's first byte was sent; None: nothing plays
        self._started: float | None = None  # when the peer said that it plays
        self._messages = TokenBucket(pace.rate, pace.burst)
        self.ended: Callable[[float, float], None] = nobody

    @property
    def playing(self) -> bool:
        return self._first is not None

    def is_silent(self, now: float) -> bool:
        """All that was sent has been played, as far as we can tell."""
        return self._first is None or now > self._first + (self.sent - self._base)

    def begin_message(self, now: float) -> float:
        """The position at which a message sent now will play; after a hole it begins a new run."""
        if self.is_silent(now):
            self.end_run(self.sent)
        return self.sent

    def record(self, seconds: float, now: float) -> None:
        """One message of so much audio was sent."""
        if self._first is None:
            self._base, self._first, self._started = self.sent, now, None
        self.sent += seconds
        self._messages.spend(now)

    def may_send(self, now: float, left: float) -> float:
        """When the next message may go out: not before at most `left` seconds of the run are still to be
        played, and not faster than the peer takes messages."""
        allowed = self._messages.due(now)
        if self._first is None:
            return allowed
        return max(allowed, self._first + (self.sent - self._base) - left)

    def confirm_start(self, now: float) -> None:
        if self._first is not None and self._started is None:
            self._started = now

    def confirm_end(self, now: float) -> bool:
        """Believed only when it can be true: nothing is played before it was sent, or faster than it sounds.
        A late one speaks of audio that was flushed before, one that comes again of nothing."""
        if self._first is None or self._began(now) is None:
            return False
        if now < self._first + (self.sent - self._base) - EARLY:
            return False
        self.end_run(self.sent)
        return True

    def end_run(self, position: float) -> None:
        """Nothing plays any more; `position` was reached, what was sent beyond it is forgotten."""
        if self._first is not None:
            self.ended(position, (self._started or self._first) - self._base)
        self.sent = self._base = position
        self._first = self._started = None

    def _began(self, now: float) -> float | None:
        if self._started is not None or self._first is None:
            return self._started
        if not self._pace.confirms or now >= self._first + CONFIRM:
            return self._first
        return None

    def heard(self, now: float) -> float:
        """The position that has reached the ear; never beyond what was sent."""
        began = self._began(now)
        return self._base if began is None else min(self.sent, self._base + max(0.0, now - began))

    def origin(self, now: float) -> float | None:
        """When position 0 would have been heard if all were this run. None: nothing of it is heard yet."""
        began = self._began(now)
        return None if began is None else began - self._base

    def reaches(self, position: float, now: float) -> float:
        """When `position` will have been heard as far as we can tell; in the past if it has been.

        The end of a run waits for the peer's confirmation, or for the time in which it should have come.
        """
        if self._first is None:
            return now if position <= self._base + TICK else inf
        began = self._began(now)
        if began is None:
            return self._first + CONFIRM
        last = self._pace.confirms and position >= self.sent - TICK
        return began + (position - self._base) + (CONFIRM if last else 0.0)
