"""Counts what happens too often for a line each."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping


class Tally:
    """Tells the counts `period` seconds after the first event, and again as long as there are more."""

    def __init__(self, period: float, told: Callable[[Mapping[str, int]], None]) -> None:
        self._period, self._told = period, told
        self._counts: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, what: str) -> None:
        """`what`: one of a few words."""
        self._counts[what] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._period, self.tell)

    def tell(self) -> None:
        """Tells now what was not told yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._counts:
            counts, self._counts = self._counts, Counter()
            self._told(counts)
