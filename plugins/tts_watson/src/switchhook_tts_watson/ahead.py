"""Parts of a prompt one after the other, the next one asked for while the one before it is heard."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import anyio
from anyio.abc import TaskGroup

from switchhook import SpeechError
from switchhook_http import until_cancelled

Part = AsyncGenerator[bytes, None]


@asynccontextmanager
async def one_ahead(parts: Sequence[Part]) -> AsyncIterator[AsyncIterator[bytes]]:
    """At most two of them at a time. Raises what they raise, when it is their turn."""
    if len(parts) < 2:
        async with aclosing(_one_by_one(parts)) as chunks:
            yield chunks
        return
    try:
        async with anyio.create_task_group() as group:
            async with aclosing(_in_order(parts, group)) as chunks:
                yield chunks
            group.cancel_scope.cancel()
    except BaseExceptionGroup as error:
        # what went through this block: parts keep their own errors until it is their turn
        raise error.exceptions[0] from None


async def _one_by_one(parts: Sequence[Part]) -> Part:
    for part in parts:
        async with aclosing(part):
            async for chunk in part:
                yield chunk


async def _in_order(parts: Sequence[Part], group: TaskGroup) -> Part:
    waiting = deque(map(_Fetched, parts))
    waiting[0].start(group)
    while waiting:
        now = waiting.popleft()
        async with aclosing(now.chunks()) as chunks:
            async for chunk in chunks:
                if waiting:
                    waiting[0].start(group)
                yield chunk
        if waiting:  # also after one that was silent
            waiting[0].start(group)


class _Fetched:
    """A part that comes whether or not it is read. Without a bound of its own: it is one sentence."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._came: deque[bytes] = deque()
        self._problem: SpeechError | None = None
        self._started = self._over = False
        self._news = anyio.Event()

    def start(self, group: TaskGroup) -> None:
        if not self._started:
            self._started = True
            group.start_soon(until_cancelled, self._fetch)

    async def _fetch(self) -> None:
        async with aclosing(self._part) as part:
            try:
                async for chunk in part:
                    self._came.append(chunk)
                    self._news.set()
            except SpeechError as error:
                self._problem = error
        self._over = True
        self._news.set()

    async def chunks(self) -> Part:
        while True:
            while self._came:
                yield self._came.popleft()
            if self._problem is not None:
                raise self._problem
            if self._over:
                return
            self._news = anyio.Event()
            await self._news.wait()
