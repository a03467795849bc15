"""How a server ends: it says so, waits for its calls, and says goodbye to those that are left."""

from __future__ import annotations

import logging
import signal
from collections.abc import AsyncIterator, Callable

import anyio

from ..call.dialogue.limits import Limits
from ..contract.leg import Busy
from ..contract.settings import ServerSettings
from .livecalls import LiveCalls

logger = logging.getLogger(__name__)

LAST_WORDS = Limits().stopping + 1.0  # seconds for goodbyes; a call ends by itself before
CLOSING = 5.0  # seconds that peers have to close when the server ends


class Ending:
    """`busy` is why no call is taken, `ready` why none should come. `among_others`: it has no calls any more
    (`idle`), but others have whose callers come by the same port; who comes here is given back until
    `release`. `follows`: the server before this one may have calls; who takes over asks here about them until
    `release`."""

    def __init__(
        self,
        calls: LiveCalls,
        settings: Callable[[], ServerSettings],
        *,
        among_others: bool = False,
        follows: bool = False,
    ) -> None:
        self._calls, self._settings = calls, settings
        self._among_others, self._follows = among_others, follows
        self.idle, self._released = anyio.Event(), anyio.Event()
        self.busy: Busy | None = None
        self.ready: Busy | None = None
        self.begun, self._hurried, self._left = anyio.Event(), anyio.Event(), anyio.Event()

    def leave(self) -> None:
        """Another process takes the calls that come; those that are live here go on as after SIGTERM."""
        self.ready = Busy.STOPPING
        self._left.set()

    def release(self) -> None:
        """No other has calls either, or nobody is there to say so."""
        self._released.set()

    async def wait(self, signals: AsyncIterator[signal.Signals]) -> None:
        """Until SIGTERM (live calls go on), one Ctrl-C (they are ended politely) or two (at once), or until
        another process has taken over, and until all of them have ended."""
        first = await self._first(signals)
        if first is not None:
            self.begun.set()
        async with anyio.create_task_group() as group:
            group.start_soon(self._hurry, signals)
            if first is signal.SIGINT:
                await self._end_politely()
            else:
                await self._drain("SIGTERM" if first else "Taken over")
            group.cancel_scope.cancel()

    async def _first(self, signals: AsyncIterator[signal.Signals]) -> signal.Signals | None:
        """None: another process has taken over."""
        found: signal.Signals | None = None
        async with anyio.create_task_group() as group:

            async def hear() -> None:
                nonlocal found
                found = await anext(aiter(signals))
                group.cancel_scope.cancel()

            group.start_soon(hear)
            await self._left.wait()
            group.cancel_scope.cancel()
        return found

    async def _hurry(self, signals: AsyncIterator[signal.Signals]) -> None:
        """Another Ctrl-C does not wait for anything. Another SIGTERM says nothing new."""
        async for number in signals:
            if number is signal.SIGINT:
                logger.info("Ctrl-C: ending %s at once", self._calls)
                self._hurried.set()
                self.release()
                self._calls.end(at_once=True)

    async def _end_politely(self) -> None:
        logger.info("Ctrl-C: ending %s politely; once more ends them at once", self._calls)
        self.ready = self.busy = Busy.STOPPING
        self._calls.end()
        with anyio.move_on_after(LAST_WORDS):
            await self._all_ended()

    async def _drain(self, why: str) -> None:
        settings = self._settings()
        said = "%s: not ready any more; calls are taken for another %g s, and then %s may go on for %g s"
        logger.info(f"{said}; Ctrl-C ends them at once", why, settings.notice, self._calls, settings.drain)  # noqa: G004  # one line, in two parts
        self.ready = Busy.STOPPING
        with anyio.move_on_after(settings.notice):
            await self._hurried.wait()
        self.busy = Busy.STOPPING
        with anyio.move_on_after(settings.drain):
            await self._all_ended()
        if self._calls:
            logger.warning("%s: %s went on until the end of drain: saying goodbye", why, self._calls)
            self._calls.end(goodbye=True)
            with anyio.move_on_after(LAST_WORDS):
                await self._calls.all_ended()

    async def _all_ended(self) -> None:
        await self._calls.all_ended()
        self.idle.set()
        if self._follows if self._left.is_set() else self._among_others:
            await self._released.wait()

    async def close(self) -> None:
        """End what is left at once, and wait a little for the peers' answers."""
        self.ready = self.busy = Busy.STOPPING
        self._calls.end(at_once=True)
        with anyio.move_on_after(CLOSING):
            await self._calls.all_ended()
