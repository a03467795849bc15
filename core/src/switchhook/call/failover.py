"""What is done when an engine fails: which is tried next, how long it may take, when the call gives up, and
whether the record is told of a fault that the call got over.

Listening, speaking and conversing all ask it. It has no clock and waits for nothing: the time is passed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Generic, TypeVar

from .engine import Engine, in_order

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. Engines that have a spare one behind them get less than the last one."""

    opening: float  # that an engine may take to open, or be behind its sound, while there are others to try
    last: float  # likewise, the last one at first
    afresh: float  # likewise, the last one while there is trouble
    persistence: float = 0.0  # that a trouble may last until no engine is tried again
    pause: float = 0.5  # until engines that failed are tried again
    steady: float = inf  # that an engine must have worked for its failure to be a new trouble
    closing: float = inf  # that an engine may take to end
    answering: float = inf  # that it may take to begin to answer, while there are others to try
    going_on: float = inf  # likewise, to go on with an answer: a share of what the dialogue allows
    late: float = inf  # that an engine may be behind its sound until a spare one is asked beside it
    excused: float = inf  # likewise until it is given up, once the caller was asked to wait


LISTENING = Patience(opening=1.5, last=5.0, afresh=2.5, persistence=2.5, pause=0.5, steady=10.0, closing=5.0)
SPEAKING = Patience(opening=2.0, last=2.0, afresh=2.0, persistence=1.5, pause=0.5, late=0.6, excused=5.0)
CONVERSING = Patience(opening=2.5, last=5.0, afresh=5.0, answering=7.5, going_on=0.9)


@dataclass(frozen=True, slots=True)
class Patiences:
    listening: Patience = LISTENING
    speaking: Patience = SPEAKING
    conversing: Patience = CONVERSING


@dataclass(frozen=True, slots=True)
class Attempt(Generic[D]):
    """Which engine is tried, and how long. `spare`: the one that may be asked beside it. `resting`: it has
    failed too often."""

    engine: Engine[D]
    spare: Engine[D] | None
    resting: bool
    opening: float
    answering: float
    going_on: float


class Failover(Generic[D]):
    """There is one for the engines of a call that do the same work."""

    def __init__(self, patience: Patience, trouble: float = inf) -> None:
        """`trouble`: since when there is one."""
        self.patience, self._trouble = patience, trouble
        self._tried: list[Engine[D]] = []
        self._outrun: dict[Engine[D], bool] = {}  # whether it is still to be asked again

    def next(self, able: Sequence[Engine[D]], now: float) -> Attempt[D] | None:
        """None: all of these have been tried."""
        left = self._left(in_order(able, now) if len(able) > 1 else able)
        if not left:
            return None
        engine, spare = left[0], next(iter(left[1:]), None)
        times = self.patience
        if spare is not None:
            opening, answering, going_on = times.opening, times.answering, times.going_on
        else:
            opening, answering, going_on = times.last if self._trouble == inf else times.afresh, inf, inf
        beside = None if spare is None or spare.rests(now) else spare
        return Attempt(engine, beside, engine.rests(now), opening, answering, going_on)

    def is_left(self, able: Sequence[Engine[D]]) -> bool:
        """Whether there is another one to try: then the failure before is only a fault, and the call goes
        on."""
        return bool(self._left(able))

    def _left(self, able: Sequence[Engine[D]]) -> list[Engine[D]]:
        untried = [engine for engine in able if engine not in self._tried]
        return untried + [engine for engine, due in self._outrun.items() if due and engine in able]

    def failed(self, engine: Engine[D], now: float, since: float = inf) -> None:
        """`since`: when it began to work."""
        if now - since >= self.patience.steady:
            self._tried, self._trouble = [], now
        self._trouble = min(self._trouble, now)
        self.declined(engine)

    def declined(self, engine: Engine[D]) -> None:
        """It cannot do this, and nothing is wrong with it."""
        self._tried.append(engine)
        if engine in self._outrun:
            self._outrun[engine] = False

    def outrun(self, engine: Engine[D]) -> None:
        """Another was sooner, and failed: late is better than broken off, so it is asked again, once."""
        due = engine not in self._outrun
        self.declined(engine)
        self._outrun[engine] = due

    def again(self, now: float) -> float | None:
        """Once all have been tried: seconds until they are tried again. None: the call gives up."""
        over = self._trouble + self.patience.persistence
        if self._trouble == inf or now + self.patience.pause >= over:
            return None
        self._tried = []
        return self.patience.pause
