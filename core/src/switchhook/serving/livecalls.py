"""The calls that are being answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.abc

from ..call.call import Call

LETTING_GO = 1.0  # seconds that plugins have when their call is over


class LiveCalls:
    _group: anyio.abc.TaskGroup

    def __init__(self) -> None:
        self._calls: set[Call] = set()
        self._empty = anyio.Event()

    def __len__(self) -> int:
        return len(self._calls)

    def __str__(self) -> str:
        return f"{len(self)} live call{'' if len(self) == 1 else 's'}"

    def add(self, call: Call) -> None:
        self._calls.add(call)

    def remove(self, call: Call) -> None:
        self._calls.discard(call)
        if not self._calls:
            self._empty.set()

    def end(self, *, at_once: bool = False, goodbye: bool = False) -> None:
        """See `Call.stop`."""
        for call in list(self._calls):
            call.stop(at_once=at_once, goodbye=goodbye)

    async def all_ended(self) -> None:
        while self._calls:
            self._empty = anyio.Event()
            await self._empty.wait()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Around all of them, and what their plugins leave behind."""
        async with anyio.create_task_group() as self._group:
            yield
            self._group.cancel_scope.cancel()

    async def carry(self, call: Call) -> None:
        """Runs it to its end. A plugin that does not let go then, though it is cancelled, goes on aside: it
        holds up neither the call's record nor its place. Raises what the call raises."""
        scope, over, errors = anyio.CancelScope(), anyio.Event(), list[Exception]()

        async def run() -> None:
            try:
                with scope:
                    await call.run()
            except Exception as error:  # noqa: BLE001  # it belongs to who waits
                errors.append(error)
            finally:
                over.set()
                call.left.set()

        self._group.start_soon(run)
        try:
            await call.left.wait()
        except BaseException:
            scope.cancel()
            raise
        finally:
            with anyio.move_on_after(LETTING_GO, shield=True):
                await over.wait()
            if not over.is_set():
                call.give_up()
        if errors:
            raise errors[0]
