"""A state as calls ask it: it answers soon and never fails, whatever the plugin does that keeps it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from math import inf
from typing import Any, TypeVar

import anyio

from ...contract.errors import cause
from ...contract.figures import Figure
from ...contract.state import Full, State
from .together import hold_all

logger = logging.getLogger(__name__)

PATIENCE = 1.0  # seconds for an answer: a peer may give five for a call to begin
REST = 1.0  # seconds that it is not asked after it was silent: one call asks several times
LONGEST_KEY = 512  # characters
LARGEST = 1024 * 1024  # bytes of one value
STATE_LOST = Figure(
    "state_lost", "count", "Questions that [state] did not answer, so that when_lost decided", ()
)

T = TypeVar("T")
Measured = Callable[[str, float, Mapping[str, str]], None]


class SureState:
    """`allows`: whether calls are let in while it does not answer."""

    def __init__(self, state: State, allows: Callable[[], bool], measured: Measured) -> None:
        self._state, self._allows, self._measured = state, allows, measured
        self._lost = False
        self._rests = -inf  # until then

    async def add_once(self, key: str, seconds: float, /) -> bool:
        return await self._ask(self._allows, self._state.add_once, _short(key), seconds)

    async def hold(self, key: str, limit: int, /) -> AbstractAsyncContextManager[object] | Full:
        return await self.hold_all({key: limit})

    async def hold_all(self, limits: Mapping[str, int], /) -> AbstractAsyncContextManager[object] | Full:
        """The first key is full where it does not answer, if no calls are let in then."""

        def lost() -> AbstractAsyncContextManager[object] | Full:
            return nullcontext() if self._allows() else Full(*next(iter(limits.items())))

        for key in limits:
            _short(key)
        held = await self._ask(lost, hold_all, self._state, limits)
        return held if isinstance(held, Full | nullcontext) else self._place(held)

    async def get(self, key: str, /) -> bytes | None:
        return await self._ask(_nothing, self._state.get, _short(key))

    async def put(self, key: str, value: bytes, seconds: float, /) -> None:
        if len(value) > LARGEST:
            raise ValueError(f"expected at most {LARGEST} bytes, got {len(value)}")
        await self._ask(_nothing, self._state.put, _short(key), value, seconds)

    @asynccontextmanager
    async def _place(self, held: AbstractAsyncContextManager[object]) -> AsyncIterator[None]:
        await self._wait(_nothing, held.__aenter__)
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):  # or the place was lost until the server is started anew
                await self._wait(_nothing, held.__aexit__, None, None, None)

    async def _ask(self, otherwise: Callable[[], T], asked: Callable[..., Awaitable[T]], *given: Any) -> T:
        if anyio.current_time() < self._rests:
            self._miss("it was silent")
            return otherwise()
        return await self._wait(otherwise, asked, *given)

    async def _wait(self, otherwise: Callable[[], T], asked: Callable[..., Awaitable[T]], *given: Any) -> T:
        try:
            with anyio.move_on_after(PATIENCE):
                answer = await asked(*given)
                self._found()
                return answer
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything
            self._miss(cause(error))
        else:
            self._rests = anyio.current_time() + REST
            self._miss(f"no answer within {PATIENCE:g} s")
        return otherwise()

    def _miss(self, why: str) -> None:
        self._measured(STATE_LOST.name, 1, {})
        if not self._lost:
            decides = "let in" if self._allows() else "turned away"
            logger.error("[state] is lost (%s): calls that come are %s, as when_lost says", why, decides)
        self._lost = True

    def _found(self) -> None:
        if self._lost:
            logger.info("[state] answers again")
        self._lost = False


def _nothing() -> None:
    pass


def _short(key: str) -> str:
    if len(key) > LONGEST_KEY:
        raise ValueError(f"expected a key of at most {LONGEST_KEY} characters, got {len(key)}")
    return key
