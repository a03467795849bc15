"""The state `memory`: in this process, for as long as it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from heapq import heapify, heappop, heappush
from typing import Generic, Protocol, TypeVar

import anyio

from ...contract.markers import hookimpl
from ...contract.options import Options, Table
from ...contract.state import Full, State

KEYS = 100_000  # that are remembered at one time: more signatures in so many seconds come of no telephone
BYTES = 64 * 1024 * 1024  # of all values together

V = TypeVar("V")


class Expiring(Generic[V]):
    """Values for a time. Beyond so many, and beyond so much weight, what would be over first is forgotten."""

    def __init__(self, most: int, heaviest: int) -> None:
        self._most, self._heaviest, self._weight = most, heaviest, 0
        self._kept: dict[str, tuple[float, V, int]] = {}
        self._ends: list[tuple[float, str]] = []  # a heap; what was replaced is still in it

    def __len__(self) -> int:
        return len(self._kept)

    def left(self, now: float) -> Iterator[tuple[str, float]]:
        """Each key, and the seconds that it has."""
        return ((key, until - now) for key, (until, _, _) in self._kept.items() if until > now)

    def get(self, key: str, now: float) -> V | None:
        until, value, _ = self._kept.get(key, (now, None, 0))
        return value if until > now else None

    def put(self, key: str, value: V, now: float, seconds: float, weight: int = 0) -> None:
        self._forget(key)
        while self._ends and self._ends[0][0] <= now:
            self._drop_first()
        while self._kept and (len(self._kept) >= self._most or self._weight + weight > self._heaviest):
            self._drop_first()
        self._kept[key] = (now + seconds, value, weight)
        self._weight += weight
        heappush(self._ends, (now + seconds, key))
        if len(self._ends) > 2 * len(self._kept) + 16:
            self._ends = [(until, each) for each, (until, _, _) in self._kept.items()]
            heapify(self._ends)

    def _drop_first(self) -> None:
        until, key = heappop(self._ends)
        if key in self._kept and self._kept[key][0] == until:
            self._forget(key)

    def _forget(self, key: str) -> None:
        if (found := self._kept.pop(key, None)) is not None:
            self._weight -= found[2]


class Watcher(Protocol):
    """Told at once, by plain calls."""

    def used(self, key: str, seconds: float, /) -> None: ...
    def held(self, key: str, places: int, /) -> None: ...


class MemoryState:
    """Its clock is that of the event loop: also for receptions that stand in for a server in tests."""

    def __init__(self, keys: int = KEYS, weight: int = BYTES) -> None:
        self._once: Expiring[bool] = Expiring(keys, weight)
        self._values: Expiring[bytes] = Expiring(keys, weight)
        self._held: Counter[str] = Counter()
        self.watchers: list[Watcher] = []

    def used(self) -> list[tuple[str, float]]:
        """Keys that are not new, and for how many seconds."""
        return list(self._once.left(anyio.current_time()))

    def places(self, key: str) -> int:
        """That are taken."""
        return self._held.get(key, 0)

    def add(self, key: str, seconds: float) -> bool:
        now = anyio.current_time()
        if self._once.get(key, now):
            return False
        self._once.put(key, True, now, seconds)
        for watcher in self.watchers:
            watcher.used(key, seconds)
        return True

    async def add_once(self, key: str, seconds: float, /) -> bool:
        return self.add(key, seconds)

    async def hold(self, key: str, limit: int, /) -> AbstractAsyncContextManager[object] | Full:
        if self.places(key) >= limit:
            return Full(key, limit)
        self._count(key, 1)
        return self._place(key)

    @asynccontextmanager
    async def _place(self, key: str) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self._count(key, -1)

    def _count(self, key: str, change: int) -> None:
        self._held[key] += change
        if not self._held[key]:
            del self._held[key]  # keys come from outside
        for watcher in self.watchers:
            watcher.held(key, self.places(key))

    async def get(self, key: str, /) -> bytes | None:
        return self._values.get(key, anyio.current_time())

    async def put(self, key: str, value: bytes, seconds: float, /) -> None:
        self._values.put(key, value, anyio.current_time(), seconds, len(value))


class MemorySettings(Table):
    """It has no settings."""


@hookimpl
def create_state(options: Options) -> State:
    options.parse(MemorySettings)
    return MemoryState()
