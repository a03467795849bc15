"""The calls that are being answered."""

from __future__ import annotations

import anyio

from ..call.call import Call


class LiveCalls:
    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._empty = anyio.Event()

    def __len__(self) -> int:
        return len(self._calls)

    def __str__(self) -> str:
        return f"{len(self)} live call{'' if len(self) == 1 else 's'}"

    def add(self, call: Call) -> None:
        self._calls.add(call)

    def remove(self, call: Call) -> None:
        self._calls.discard(call)
        if not self._calls:
            self._empty.set()

    def end(self, *, at_once: bool = False, goodbye: bool = False) -> None:
        """See `Call.stop`."""
        for call in list(self._calls):
            call.stop(at_once=at_once, goodbye=goodbye)

    async def all_ended(self) -> None:
        while self._calls:
            self._empty = anyio.Event()
            await self._empty.wait()
