"""What plugins tell of their figures, in any thread, until those who listen are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue


class Told:
    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[str, float, Mapping[str, str]]] = SimpleQueue()

    def put(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        self._waiting.put((name, value, labels))

    def taken(self) -> Iterator[tuple[str, float, Mapping[str, str]]]:
        """What has come since it was asked last."""
        with suppress(Empty):
            while True:
                yield self._waiting.get_nowait()
