"""Threads that each own one tool and take jobs in order of urgency."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")


class WorkerThreads(Generic[T]):
    """The threads run only while somebody is `working`: the first user starts them, and after the last
    one they end by themselves, once the job at hand is done. So a program that has left its calls has
    left the threads too, and an engine that was never used has none.

    A job must not raise. Urgent jobs come first, else the order is that of submission.
    """

    def __init__(self, name: str, tools: Sequence[T]) -> None:
        self._name, self._tools = name, tools
        self._users = 0
        self._running: set[int] = set()
        self._jobs: list[tuple[bool, int, float, Callable[[T], None]]] = []
        self._serial = count()
        self._changed = threading.Condition()

    @property
    def size(self) -> int:
        return len(self._tools)

    @property
    def backlog(self) -> int:
        """Jobs that wait for a thread."""
        return len(self._jobs)

    def behind(self) -> float:
        """Seconds that the oldest urgent job has waited for a thread."""
        with self._changed:
            if not self._jobs:
                return 0.0
            later, _, since, _ = self._jobs[0]
        return 0.0 if later else monotonic() - since

    @contextmanager
    def working(self) -> Iterator[None]:
        with self._changed:
            for index in set(range(self.size)) - self._running:
                threading.Thread(target=self._work, args=[index], name=f"{self._name}-{index}").start()
                self._running.add(index)
            self._users += 1
        try:
            yield
        finally:
            with self._changed:
                self._users -= 1
                if not self._users:
                    self._jobs.clear()
                    self._changed.notify_all()

    def submit(self, job: Callable[[T], None], *, urgent: bool = True) -> None:
        with self._changed:
            heappush(self._jobs, (not urgent, next(self._serial), monotonic(), job))
            self._changed.notify()

    def _work(self, index: int) -> None:
        while (job := self._next(index)) is not None:
            job(self._tools[index])

    def _next(self, index: int) -> Callable[[T], None] | None:
        with self._changed:
            while self._users and not self._jobs:
                self._changed.wait()
            if self._users:
                return heappop(self._jobs)[3]
            # decided under the lock: the next user sees that this thread is gone and starts another
            self._running.discard(index)
            return None
