"""What generations of the configuration share: entered once, and left when none holds it any longer."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Hashable, Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import anyio
import anyio.abc
from anyio.lowlevel import checkpoint_if_cancelled

from ...contract.errors import StartError, cause
from ...contract.traces import place

logger = logging.getLogger(__name__)

LEAVING = 10.0  # seconds that something has to be left; then it is cancelled
CANCELLED = 1.0  # and that it has for that


def _not_wanted(_value: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Equal keys are the same thing. `take` is given what entering it gave, by each who holds it. `name` is
    for the log."""

    name: str
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
class Kept:
    """Something that was entered, for who holds it."""

    lifetime: Lifetime
    value: object = None
    problem: BaseException | None = None  # that it could not be entered for
    holders: int = 0
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    entered: anyio.Event = field(default_factory=anyio.Event)
    over: anyio.Event = field(default_factory=anyio.Event)
    left: anyio.Event = field(default_factory=anyio.Event)


class Keeper:
    """`entering` is the name of what is being entered."""

    def __init__(self, group: anyio.abc.TaskGroup) -> None:
        self._group = group
        self._kept: dict[Hashable, Kept] = {}  # in the order that they were entered
        self.entering = ""

    def __len__(self) -> int:
        return len(self._kept)

    def holds(self, key: Hashable) -> bool:
        return key in self._kept

    async def hold(self, lifetime: Lifetime) -> Kept:
        """What came to an end by itself is entered anew. Raises what entering raises."""
        kept = self._kept.get(lifetime.key)
        if kept is None or kept.left.is_set():
            kept = self._kept[lifetime.key] = await self._enter(lifetime)
        kept.holders += 1
        lifetime.take(kept.value)
        return kept

    async def release(self, kept: Kept) -> None:
        """Waits until it is left, where nobody else holds it."""
        kept.holders -= 1
        if not kept.holders:
            await self._leave(kept)

    async def _enter(self, lifetime: Lifetime) -> Kept:
        kept, self.entering = Kept(lifetime), lifetime.name
        self._group.start_soon(self._keep, kept)
        try:
            await kept.entered.wait()
        except BaseException:
            await _cancel(kept)
            raise
        finally:
            self.entering = ""
        if kept.problem is not None:
            raise kept.problem
        return kept

    async def _leave(self, kept: Kept) -> None:
        if self._kept.get(kept.lifetime.key) is kept:
            del self._kept[kept.lifetime.key]
        kept.over.set()
        with anyio.move_on_after(LEAVING):
            await kept.left.wait()
        if not kept.left.is_set():
            logger.error("%s: not left within %g s: it is cancelled", kept.lifetime.name, LEAVING)
            await _cancel(kept)

    async def _keep(self, kept: Kept) -> None:
        """A task of its own: what is entered here is left here, whatever the order of the others. What fails
        later costs no call."""
        try:
            with kept.scope:
                try:
                    async with kept.lifetime.enter() as kept.value:
                        kept.entered.set()
                        await kept.over.wait()
                except anyio.get_cancelled_exc_class():
                    await checkpoint_if_cancelled()  # raises, if it is we who want that
                    raise StartError(
                        f"{kept.lifetime.name}: it was cancelled, and not by the server"
                    ) from None
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything
            if kept.entered.is_set():
                logger.error("%s: ended by %s%s", kept.lifetime.name, cause(error), place(error))  # noqa: TRY400  # its text may be private
            else:
                kept.problem = error
        finally:
            kept.left.set()
            kept.entered.set()

    async def leave_all(self) -> None:
        """The last that was entered first."""
        for kept in reversed(list(self._kept.values())):
            await self._leave(kept)


async def _cancel(kept: Kept) -> None:
    """Waits a little until that is done."""
    kept.scope.cancel()
    with anyio.move_on_after(CANCELLED, shield=True):
        await kept.left.wait()


@asynccontextmanager
async def keeping() -> AsyncIterator[Keeper]:
    async with anyio.create_task_group() as group:
        keeper = Keeper(group)
        try:
            yield keeper
        finally:
            with anyio.CancelScope(shield=True):
                await keeper.leave_all()
