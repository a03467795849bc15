"""The state of a server that SIGUSR2 has started: its own, and that of the server before while that runs."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from math import inf
from typing import TypeVar

import anyio

from ...contract.state import Full, State
from ..state.memory import MemoryState
from ..state.together import hold_all
from .line import Line, Message
from .line_state import LineState, LostError

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds for an answer: who asks here waits one
REST = 1.0  # seconds that it is not asked after it was silent
LEARNING = 10.0  # seconds to be told what was used before

SILENT = (
    "the server before has not answered within %g s: its calls are not counted, nor its signatures known, "
    "where it is silent"
)

T = TypeVar("T")


class Before:
    """That of the other one. It answers soon and never fails: where it says nothing, what is known here
    decides."""

    def __init__(self, line: Line) -> None:
        self._state = LineState(line)
        self.questions = self._state.questions
        self._rests = -inf  # until then

    async def add_once(self, key: str, seconds: float, /) -> bool:
        return await self._ask(True, lambda: self._state.add_once(key, seconds))

    async def hold(self, key: str, limit: int, /) -> AbstractAsyncContextManager[object] | Full:
        return await self.hold_all({key: limit})

    async def hold_all(self, limits: Mapping[str, int], /) -> AbstractAsyncContextManager[object] | Full:
        nobody: AbstractAsyncContextManager[object] | Full = nullcontext()
        return await self._ask(nobody, lambda: self._state.hold_all(limits))

    async def get(self, key: str, /) -> bytes | None:
        return await self._ask(None, lambda: self._state.get(key))

    async def put(self, key: str, value: bytes, seconds: float, /) -> None:
        await self._ask(None, lambda: self._state.put(key, value, seconds))

    async def _ask(self, otherwise: T, asked: Callable[[], Awaitable[T]]) -> T:
        if anyio.current_time() < self._rests:
            return otherwise
        try:
            with anyio.fail_after(PATIENCE):
                return await asked()
        except TimeoutError:
            logger.warning(SILENT, PATIENCE)
            self._rests = anyio.current_time() + REST
        except LostError:
            pass  # it has ended
        return otherwise


class Inherited:
    """`own` alone, where there is no server before, or a plugin keeps the state: that one sees to it.
    `counted` is told how many calls are live, with those of the server before."""

    def __init__(self, own: State, before: Line | None) -> None:
        self.own = own
        self._states: tuple[State, ...] = (own,)
        self.learnt, self.alone = anyio.Event(), anyio.Event()
        self.counted: Callable[[int], None] = _nobody
        self._line = before if isinstance(own, MemoryState) else None
        if before is not None and isinstance(own, MemoryState):
            self._own, self._before = own, Before(before)
            self._states = (own, self._before)

    async def add_once(self, key: str, seconds: float, /) -> bool:
        for state in self._states:
            if not await state.add_once(key, seconds):
                return False
        return True

    async def hold(self, key: str, limit: int, /) -> AbstractAsyncContextManager[object] | Full:
        return await self.hold_all({key: limit})

    async def hold_all(self, limits: Mapping[str, int], /) -> AbstractAsyncContextManager[object] | Full:
        async with AsyncExitStack() as stack:
            for state in self._states:
                held = await hold_all(state, limits)
                if isinstance(held, Full):
                    return held
                await stack.enter_async_context(held)
            return stack.pop_all()

    async def get(self, key: str, /) -> bytes | None:
        for state in self._states:
            if (value := await state.get(key)) is not None:
                return value
        return None

    async def put(self, key: str, value: bytes, seconds: float, /) -> None:
        for state in self._states:
            await state.put(key, value, seconds)

    async def run(self) -> None:
        """Until the server before is gone."""
        if self._line is not None:
            await self._line.run(self._take)
            self._states = (self.own,)
            self._before.questions.lose("it has ended")
            self.counted(0)
        self.learnt.set()
        self.alone.set()

    async def when_learnt(self, told: Callable[[], None]) -> None:
        """`told` lets the server before go: it is called once all is known here that it knew."""
        with anyio.move_on_after(LEARNING):
            await self.learnt.wait()
        told()

    async def when_alone(self, told: Callable[[], None]) -> None:
        await self.alone.wait()
        told()

    def _take(self, message: Message) -> None:
        match message:
            case {"answer": number}:
                self._before.questions.answered(number, message)
            case {"known": pairs}:
                for key, seconds in pairs:
                    self._own.add(key, seconds)
            case {"live": live}:
                self.counted(live)
                if message.get("all"):
                    self.learnt.set()


def _nobody(_live: int) -> None:
    pass
