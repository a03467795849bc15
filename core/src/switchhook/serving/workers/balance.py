"""Which worker should have the next call. Pure: it is told what comes and goes, and does nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

CAME = 3.0  # what a call counts for that has come, beside the 1 for as long as it is live
NEW = 1 + CAME
FADING = 0.99  # what is left of CAME with each call that comes after it
AHEAD = 0.1  # seconds from a caller's first packet until he is counted, where he is not near
FEWEST = 2.0  # callers that are on their way at the least, as far as is known


class Balance:
    """A worker's load is its live calls, and those that came to it lately: calls that end by chance sooner
    in one of them, or at once in one that fails them all, draw no more calls there. New calls fill up who
    has least, like water."""

    def __init__(self, workers: int) -> None:
        self._live = [0] * workers
        self._lately = [0.0] * workers
        self._serving = [False] * workers
        self._coming, self._at = 0.0, 0.0

    def serves(self, worker: int, serves: bool) -> None:
        """Whether calls may go there. One that is new owes nothing for what it did not get before."""
        if serves and not self._serving[worker]:
            others = [late for late, each in zip(self._lately, self._serving, strict=True) if each]
            self._lately[worker] = sum(others) / len(others) if others else 0.0
        self._serving[worker] = serves

    def came(self, worker: int, now: float) -> None:
        """A call has, or asks for its place. `now`: in seconds, and never less than before."""
        self._live[worker] += 1
        self._lately = [each * FADING for each in self._lately]
        self._lately[worker] += CAME
        self._coming = self._coming * exp((self._at - now) / AHEAD) + 1
        self._at = now

    def gone(self, worker: int) -> None:
        self._live[worker] -= 1

    def shares(self, waiting: Sequence[float]) -> list[float]:
        """Of calls that come now: what each worker is to get of them, in proportion; all 0 where none
        serves. `waiting`: connections that nobody has accepted yet, of each."""
        serving = [at for at, serves in enumerate(self._serving) if serves]
        loads = [self._live[at] + self._lately[at] + NEW * waiting[at] for at in serving]
        shares = [0.0] * len(self._serving)
        for at, share in zip(serving, _fill(loads, NEW * max(FEWEST, self._coming)), strict=True):
            shares[at] = share
        return shares


def _fill(loads: Sequence[float], more: float) -> list[float]:
    """What each gets of so much more: those who get any are level then, and none of the others is lower."""
    level, lower = 0.0, 0.0
    for count, load in enumerate(sorted(loads), 1):
        if count > 1 and level <= load:
            break
        lower += load
        level = (lower + more) / count
    return [max(0.0, level - load) for load in loads]
