"""The state that a supervisor has, as its workers ask for it: over the line between them."""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from ...contract.errors import SwitchhookError
from ...contract.state import Full
from .line import Line, Message, Questions


class LostError(SwitchhookError):
    """The supervisor is gone, or its state has not answered."""


class LineState:
    def __init__(self, line: Line) -> None:
        self._line = line
        self.questions = Questions(line)
        self._back: deque[int] = (
            deque()
        )  # places that are to be given back, by the numbers of their questions

    async def add_once(self, key: str, seconds: float, /) -> bool:
        answer = await self._ask(self.questions.number(), state="add_once", key=key, seconds=seconds)
        return bool(answer["is_new"])

    async def hold(self, key: str, limit: int, /) -> AbstractAsyncContextManager[object] | Full:
        return await self.hold_all({key: limit})

    async def hold_all(self, limits: Mapping[str, int], /) -> AbstractAsyncContextManager[object] | Full:
        number = self.questions.number()
        try:
            answer = await self._ask(number, state="hold", limits=list(limits.items()))
        except BaseException:  # they may be given all the same, and nobody would leave them
            self._give_back(number)
            raise
        key = answer["full"]
        return self._place(number) if key is None else Full(key, limits[key])

    async def get(self, key: str, /) -> bytes | None:
        answer = await self._ask(self.questions.number(), state="get", key=key)
        return None if answer["value"] is None else base64.b64decode(answer["value"])

    async def put(self, key: str, value: bytes, seconds: float, /) -> None:
        text = base64.b64encode(value).decode()
        await self._ask(self.questions.number(), state="put", key=key, value=text, seconds=seconds)

    async def _ask(self, number: int, **question: object) -> Message:
        answer = await self.questions.ask(number, **question)
        if answer is None:
            raise LostError(reason="the supervisor reads nothing")
        if why := answer.get("lost"):
            raise LostError(reason=why)
        return answer

    @asynccontextmanager
    async def _place(self, number: int) -> AsyncIterator[None]:
        try:
            yield
        finally:
            self._give_back(number)

    def _give_back(self, number: int) -> None:
        """What the line does not take now goes with the next one."""
        self._back.append(number)
        while self._back and self._line.put(back=self._back[0]):
            self._back.popleft()
