"""What generations of the configuration share: entered once, and left when none holds it any longer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.abc


def _not_wanted(_value: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Equal keys are the same thing. `take` is given what entering it gave, by each who holds it."""

    key: Hashable
    enter: Callable[[], AbstractAsyncContextManager[object]]
    take: Callable[[object], None] = _not_wanted


@asynccontextmanager
async def entered(lifetimes: Iterable[Lifetime]) -> AsyncIterator[None]:
    """By one who shares them with nobody. They are left in reverse order."""
    async with AsyncExitStack() as stack:
        for lifetime in lifetimes:
            lifetime.take(await stack.enter_async_context(lifetime.enter()))
        yield


@dataclass(slots=True, eq=False)
class _Kept:
    value: object
    holders: int = 0
    over: anyio.Event = field(default_factory=anyio.Event)
    left: anyio.Event = field(default_factory=anyio.Event)


class Keeper:
    def __init__(self, group: anyio.abc.TaskGroup) -> None:
        self._group = group
        self._kept: dict[Hashable, _Kept] = {}  # in the order that they were entered

    def __len__(self) -> int:
        return len(self._kept)

    def holds(self, key: Hashable) -> bool:
        return key in self._kept

    async def hold(self, lifetime: Lifetime) -> None:
        """Raises what entering raises."""
        if lifetime.key not in self._kept:
            await self._group.start(self._keep, lifetime)
        kept = self._kept[lifetime.key]
        kept.holders += 1
        lifetime.take(kept.value)

    async def release(self, key: Hashable) -> None:
        """Waits until it is left, where nobody else holds it."""
        kept = self._kept[key]
        kept.holders -= 1
        if not kept.holders:
            await self._leave(key)

    async def _leave(self, key: Hashable) -> None:
        kept = self._kept.pop(key)
        kept.over.set()
        await kept.left.wait()

    async def _keep(self, lifetime: Lifetime, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """A task of its own: what is entered here is left here, whatever the order of the others."""
        kept = None
        try:
            async with lifetime.enter() as value:
                kept = self._kept[lifetime.key] = _Kept(value)
                task_status.started()
                await kept.over.wait()
        finally:
            if kept is not None:
                kept.left.set()

    async def leave_all(self) -> None:
        """The last that was entered first."""
        for key in reversed(list(self._kept)):
            await self._leave(key)


@asynccontextmanager
async def keeping() -> AsyncIterator[Keeper]:
    async with anyio.create_task_group() as group:
        keeper = Keeper(group)
        try:
            yield keeper
        finally:
            with anyio.CancelScope(shield=True):
                await keeper.leave_all()
