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
    """`busy` is why no call is taken, `ready` why none should come."""

    def __init__(self, calls: LiveCalls, settings: Callable[[], ServerSettings]) -> None:
        self._calls, self._settings = calls, settings
        self.busy: Busy | None = None
        self.ready: Busy | None = None
        self.begun, self._hurried = anyio.Event(), anyio.Event()

    async def wait(self, signals: AsyncIterator[signal.Signals]) -> None:
        """Until SIGTERM (live calls go on), one Ctrl-C (they are ended politely) or two (at once), and until
        all of them have ended."""
        first = await anext(aiter(signals))
        self.begun.set()
        async with anyio.create_task_group() as group:
            group.start_soon(self._hurry, signals)
            await (self._end_politely() if first is signal.SIGINT else self._drain())
            group.cancel_scope.cancel()

    async def _hurry(self, signals: AsyncIterator[signal.Signals]) -> None:
        """Another Ctrl-C does not wait for anything. Another SIGTERM says nothing new."""
        async for number in signals:
            if number is signal.SIGINT:
                logger.info("Ctrl-C: ending %s at once", self._calls)
                self._hurried.set()
                self._calls.end(at_once=True)

    async def _end_politely(self) -> None:
        logger.info("Ctrl-C: ending %s politely; once more ends them at once", self._calls)
        self.ready = self.busy = Busy.STOPPING
        self._calls.end()
        with anyio.move_on_after(LAST_WORDS):
            await self._calls.all_ended()

    async def _drain(self) -> None:
        settings = self._settings()
        said = "SIGTERM: not ready any more; calls are taken for another %g s, and then %s may go on for %g s"
        logger.info(f"{said}; Ctrl-C ends them at once", settings.notice, self._calls, settings.drain)  # noqa: G004  # one line, in two parts
        self.ready = Busy.STOPPING
        with anyio.move_on_after(settings.notice):
            await self._hurried.wait()
        self.busy = Busy.STOPPING
        with anyio.move_on_after(settings.drain):
            await self._calls.all_ended()
        if self._calls:
            logger.warning("SIGTERM: %s went on until the end of drain: saying goodbye", self._calls)
            self._calls.end(goodbye=True)
            with anyio.move_on_after(LAST_WORDS):
                await self._calls.all_ended()

    async def close(self) -> None:
        """End what is left at once, and wait a little for the peers' answers."""
        self.ready = self.busy = Busy.STOPPING
        self._calls.end(at_once=True)
        with anyio.move_on_after(CLOSING):
            await self._calls.all_ended()
