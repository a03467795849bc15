"""What a server knows, for the one that SIGUSR2 has started and that runs beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from ..state.memory import MemoryState
from ..state.places import CALLS
from .lending import Lender, Lent
from .line import Line, Message

AT_ONCE = 1000  # keys in one message: the event loop writes no more of them at a time


class Bequest:
    """It is asked as by a worker: what the successor takes counts here, and the other way round. And it is
    told what was used here, so that it still knows when this server is gone."""

    def __init__(self, own: MemoryState, lender: Lender) -> None:
        self._own, self._lender = own, lender

    async def run(self, line: Line) -> None:
        """Until the successor is gone. Then it holds nothing any more."""
        async with anyio.create_task_group() as group:
            lent = Lent(self._lender, line, group)

            def take(message: Message) -> None:
                match message:
                    case {"ask": number, "state": _}:
                        lent.take(number, message)
                    case {"back": number}:
                        lent.give_back(number)

            with self._told(line):
                await line.run(take)
            group.cancel_scope.cancel()

    @contextmanager
    def _told(self, line: Line) -> Iterator[None]:
        used = self._own.used()
        for at in range(0, len(used), AT_ONCE):
            line.put(known=used[at : at + AT_ONCE])
        line.put(live=self._own.places(CALLS), all=True)
        telling = _Telling(line)
        self._own.watchers.append(telling)
        try:
            yield
        finally:
            self._own.watchers.remove(telling)


class _Telling:
    def __init__(self, line: Line) -> None:
        self._line = line

    def used(self, key: str, seconds: float, /) -> None:
        self._line.put(known=[(key, seconds)])

    def held(self, key: str, places: int, /) -> None:
        if key == CALLS:
            self._line.put(live=places)
