"""How many calls all workers may have together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ...contract.leg import Busy
from ...contract.state import Full
from .sure import SureState

CALLS = "switchhook/calls"


@dataclass(slots=True, eq=False)
class _Place:
    is_used: bool = False  # by a call


_around: ContextVar[_Place | None] = ContextVar("switchhook_place", default=None)


class Places:
    """`most`: as the configuration says now. `full`: what a supervisor has told, so that who asks every
    second need not wait for its answer."""

    def __init__(self, state: SureState, most: Callable[[], int]) -> None:
        self._state, self._most = state, most
        self.full, self._live = False, 0

    def counted(self, live: int) -> None:
        """So many calls are live, of this server and of the one before."""
        self._live = live

    @property
    def are_taken(self) -> bool:
        """All of them, as far as is known without asking: also where the configuration has changed since."""
        return self.full or self._live >= self._most()

    async def take(self) -> AbstractAsyncContextManager[object] | Busy:
        held = await self.take_within({})
        return Busy.FULL if isinstance(held, Full) else held

    async def take_within(
        self, limits: Mapping[str, int]
    ) -> AbstractAsyncContextManager[object] | Busy | Full:
        """With a place under each of these keys too, in one question."""
        held = await self._state.hold_all({CALLS: self._most(), **limits})
        if isinstance(held, Full):
            return Busy.FULL if held.key == CALLS else held
        return _within(held)

    @asynccontextmanager
    async def around_call(self) -> AsyncIterator[Busy | None]:
        """In the place that it has, unless another uses it, or else in one that is taken now. Yields why
        there is none."""
        place = _around.get()
        if place is not None and not place.is_used:
            place.is_used = True
            yield None
        elif isinstance(taken := await self.take(), Busy):
            yield taken
        else:
            async with taken:
                yield None


@asynccontextmanager
async def _within(held: AbstractAsyncContextManager[object]) -> AsyncIterator[None]:
    token = _around.set(_Place())
    try:
        async with held:
            yield
    finally:
        _around.reset(token)
