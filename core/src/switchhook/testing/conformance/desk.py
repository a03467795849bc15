"""A reception that gives each leg to the check."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from math import inf

import anyio

from ...contract.leg import Busy, Closed, Leg, LegEvent
from ...contract.state import Full
from ...serving.state.memory import MemoryState
from ...serving.state.together import hold_all


class Guest:
    """One leg, what it delivered, and in `ear` what the peer heard of it. Not started until it is told."""

    def __init__(self, leg: Leg, seen: Callable[[], None]) -> None:
        self.leg, self._seen = leg, seen
        self.heard, self.ear = bytearray(), bytearray()
        self.events: list[tuple[LegEvent, int]] = []  # and how many bytes were heard before
        self.hung = False  # the peer knows that the call is over
        self._changed, self._started = anyio.Event(), False

    def start(self) -> None:
        if not self._started:
            self._started = True
            self.leg.start(self)

    def audio(self, data: bytes, /) -> None:
        self._seen()
        self.heard += data
        self.change()

    def event(self, event: LegEvent, /) -> None:
        self._seen()
        self.events.append((event, len(self.heard)))
        self.change()

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event, _ in self.events]

    @property
    def closed(self) -> bool:
        return any(isinstance(event, Closed) for event, _ in self.events)

    def change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            await self._changed.wait()


class Desk:
    """A Reception."""

    def __init__(self, connectors: Mapping[str, Mapping[str, object]]) -> None:
        self.connectors = connectors
        self.busy: Busy | None = None
        self.state = MemoryState()
        self.refusals: list[str] = []
        self.guests: list[Guest] = []
        self.one_thread = True
        self._thread = threading.get_ident()
        self._send, self._receive = anyio.create_memory_object_stream[Guest](inf)

    async def next(self) -> Guest:
        """Who is answered next."""
        return await self._receive.receive()

    def languages(self, _connector: str, /) -> Sequence[str]:
        return ["en-US"]

    def admit(self) -> Busy | None:
        return self.busy

    async def admission(self) -> AbstractAsyncContextManager[object] | Busy:
        return self.busy or nullcontext()

    async def admission_within(
        self, limits: Mapping[str, int], /
    ) -> AbstractAsyncContextManager[object] | Busy | Full:
        return self.busy or await hold_all(self.state, limits)

    def refused(self, reason: str, _details: Mapping[str, object], /) -> None:
        self.refusals.append(reason)

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None:
        pass

    async def probe(self, _connectors: Sequence[str], /) -> str:
        return ""

    async def answer(self, leg: Leg, /) -> None:
        guest = Guest(leg, self._seen)
        self.guests.append(guest)
        self._send.send_nowait(guest)
        await guest.until(lambda: guest.closed)

    def _seen(self) -> None:
        self.one_thread = self.one_thread and threading.get_ident() == self._thread

    def close(self) -> None:
        self._send.close()
        self._receive.close()
