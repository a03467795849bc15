"""Places under several keys, taken in one question."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol, runtime_checkable

import anyio

from ...contract.errors import cause
from ...contract.state import Full, State
from ...contract.traces import place

logger = logging.getLogger(__name__)

LEAVING = 1.0  # seconds for a place to be given back


@runtime_checkable
class HoldsAll(Protocol):
    """A state that is asked over a line."""

    async def hold_all(self, limits: Mapping[str, int], /) -> AbstractAsyncContextManager[object] | Full: ...


async def hold_all(state: State, limits: Mapping[str, int]) -> AbstractAsyncContextManager[object] | Full:
    """A place under each key, or none: then what the first of them said that has none."""
    if isinstance(state, HoldsAll):
        return await state.hold_all(limits)
    async with AsyncExitStack() as stack:
        for key, limit in limits.items():
            held = await state.hold(key, limit)
            if isinstance(held, Full):
                return held
            await stack.enter_async_context(_left_surely(held))
        return stack.pop_all()


@asynccontextmanager
async def _left_surely(held: AbstractAsyncContextManager[object]) -> AsyncIterator[None]:
    """Also when who holds it is gone, and whatever the plugin does."""
    await held.__aenter__()
    try:
        yield
    finally:
        try:
            with anyio.fail_after(LEAVING, shield=True):
                await held.__aexit__(None, None, None)
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything
            logger.error("[state]: a place is not given back: %s%s", cause(error), place(error))  # noqa: TRY400  # its text may be private
