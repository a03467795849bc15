"""The state that a supervisor has, for its workers."""

from __future__ import annotations

import base64
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

import anyio
import anyio.abc

from ...contract.errors import cause
from ...contract.state import Full, State
from ...contract.traces import place
from ..state.places import CALLS
from ..state.sure import PATIENCE
from ..state.together import hold_all
from .line import Line, Message


class Lender:
    """`changed` is called when all places for calls are taken, and when they are not any more."""

    def __init__(self, state: State, changed: Callable[[], None]) -> None:
        self.state, self._changed = state, changed
        self._live, self._with_those_before, self._most = 0, 0, sys.maxsize
        self.full = False

    def counted(self, live: int) -> None:
        """So many calls are live, of this server and of the one before."""
        self._with_those_before = live
        self._look()

    def asked(self, key: str, most: int) -> None:
        """For one place more."""
        if key == CALLS:
            self._most = most
            self._look()

    def count(self, key: str, change: int) -> None:
        if key == CALLS:
            self._live += change
            self._look()

    def _look(self) -> None:
        if self.full != (max(self._live, self._with_those_before) >= self._most):
            self.full = not self.full
            self._changed()


def _nobody(_change: int) -> None:
    pass


class Lent:
    """What one worker has of it. That is given back when the task group ends, with the worker. `moved` is
    told 1 when it asks for a call's place, and -1 when that is refused or given back."""

    def __init__(
        self,
        lender: Lender,
        line: Line,
        group: anyio.abc.TaskGroup,
        moved: Callable[[int], None] = _nobody,
    ) -> None:
        self._lender, self._line, self._group, self._moved = lender, line, group, moved
        self._held: dict[int, anyio.Event] = {}

    def take(self, number: int, question: Message) -> None:
        """A plain call."""
        if question["state"] == "hold":
            self._held[number] = anyio.Event()  # at once: it may be given back before it is taken
            self._group.start_soon(self._hold, number, dict(question["limits"]))
        else:
            self._group.start_soon(self._answer, number, question)

    def give_back(self, number: int) -> None:
        if number in self._held:
            self._held[number].set()

    async def _answer(self, number: int, question: Message) -> None:
        try:
            with anyio.fail_after(PATIENCE):
                answer = await self._ask(question)
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the worker says it
            answer = _lost(error)
        self._line.put(answer=number, **answer)

    async def _ask(self, question: Message) -> Message:
        state = self._lender.state
        match question:
            case {"state": "add_once", "key": key, "seconds": seconds}:
                return {"is_new": await state.add_once(key, seconds)}
            case {"state": "put", "key": key, "value": text, "seconds": seconds}:
                await state.put(key, base64.b64decode(text), seconds)
                return {}
        value = await state.get(question["key"])
        return {"value": None if value is None else base64.b64encode(value).decode()}

    async def _hold(self, number: int, limits: Mapping[str, int]) -> None:
        """Until they are given back."""
        for key, limit in limits.items():
            self._lender.asked(key, limit)
        move = self._moved if CALLS in limits else _nobody
        try:
            move(1)
            with anyio.fail_after(PATIENCE):
                held = await hold_all(self._lender.state, limits)
            if isinstance(held, Full):
                self._line.put(answer=number, full=held.key)
            else:
                async with held, self._counted(limits):
                    self._line.put(answer=number, full=None)
                    await self._held[number].wait()
        except Exception as error:  # noqa: BLE001  # as above
            self._line.put(answer=number, **_lost(error))
        finally:
            move(-1)
            del self._held[number]

    @asynccontextmanager
    async def _counted(self, keys: Iterable[str]) -> AsyncIterator[None]:
        for key in keys:
            self._lender.count(key, 1)
        try:
            yield
        finally:
            for key in keys:
                self._lender.count(key, -1)


def _lost(error: Exception) -> Message:
    return {"lost": f"{cause(error)}{place(error)}"}
