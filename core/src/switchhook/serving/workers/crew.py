"""The workers that there are now."""

from __future__ import annotations

from collections.abc import Iterator

import anyio

from .worker import Worker

LOOK = 0.05  # seconds between two looks, while the server starts


class Crew:
    def __init__(self) -> None:
        self._workers: dict[int, Worker] = {}  # by their slots
        self.was_ready = False  # one of them, at some time

    def __len__(self) -> int:
        return len(self._workers)

    def __str__(self) -> str:
        return f"{len(self)} worker{'' if len(self) == 1 else 's'}"

    def __iter__(self) -> Iterator[Worker]:
        return iter(sorted(self._workers.values(), key=lambda each: each.slot))

    def all_ready(self) -> list[Worker]:
        return [each for each in self if each.ready.is_set()]

    def in_slot(self, slot: int) -> Worker | None:
        return self._workers.get(slot)

    @property
    def urls(self) -> str:
        """Of all together, each once."""
        return " ".join(dict.fromkeys(url for each in self for url in each.urls.split()))

    def enter(self, worker: Worker) -> None:
        self._workers[worker.slot] = worker

    def leave(self, worker: Worker) -> None:
        del self._workers[worker.slot]

    def tell_full(self) -> None:
        """Whether there is room for one call more, in any of them, is told to each."""
        for worker in self:
            worker.tell_full()

    def look(self) -> None:
        """Some process has ended."""
        for worker in self:
            worker.look()

    async def take_calls(self, slot: int) -> None:
        """Until there is a worker in that slot that takes calls, be it not the first one there."""
        while (worker := self._workers.get(slot)) is None or not worker.ready.is_set():  # noqa: ASYNC110  # and only at the start
            await anyio.sleep(LOOK)
        self.was_ready = True
