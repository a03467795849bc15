"""Reads the configuration again, when SIGHUP comes or a file has changed."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterable

import anyio

from ..contract.errors import SwitchhookError, cause
from ..contract.traces import place, trace
from .config.watched import Watched
from .generations.succession import Read
from .process.detached import in_thread
from .process.hangups import heard
from .server import Server

logger = logging.getLogger(__name__)

LOOK = 1.0  # seconds between two looks at the files
PATIENCE = 30.0  # seconds that a reading has for itself; after that, another one may take its place

Told = Callable[[str], None]


def _nobody(_what: str) -> None:
    pass


class Reloading:
    """`told` is told "begun", and then "applied" or "not applied". `changed` is told which files have
    changed; by default they are read again."""

    def __init__(
        self, server: Server, files: Watched, read: Read, told: Told = _nobody, changed: Told | None = None
    ) -> None:
        self._server, self._files, self._read, self._told = server, files, read, told
        self._file, self._changed = files.file, changed or self.ask
        self._asked = anyio.Event()
        self._why = ""

    def ask(self, why: str) -> None:
        """It is done soon, and once for all who ask until it begins."""
        self._why = why
        self._asked.set()

    async def run(self) -> None:
        """For ever."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._hear)
            group.start_soon(self._watch)
            while True:
                await self._asked.wait()
                self._asked = anyio.Event()
                if self._server.ending.ready is None:
                    await self._again()
                else:
                    logger.warning("%s: the server ends, and reads nothing again", self._why)

    async def _hear(self) -> None:
        with anyio.open_signal_receiver(signal.SIGHUP) as signals, heard(signal.SIGHUP):
            async for _ in signals:
                self.ask("SIGHUP")

    async def _watch(self) -> None:
        """Two looks have to agree: who writes a file may take a while."""
        last = self._files.seen
        while True:
            await anyio.sleep(LOOK)
            now = await in_thread(self._files.look)
            changed = self._files.changed(now)
            if changed and now == last and self._server.app.settings.server.watch:
                self._changed(f"{', '.join(changed)} has changed")
                self._files.seen = now
            last = now

    async def _again(self) -> None:
        began = time.monotonic()
        logger.info("%s: reading %s again", self._why, self._file)
        self._told("begun")
        stay = None
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._lose_patience, group.cancel_scope)
                stay = await self._follow()
                group.cancel_scope.cancel()
        finally:
            self._told("not applied" if stay is None else "applied")
        if stay is not None:
            self._say(stay, time.monotonic() - began)

    async def _follow(self) -> list[str] | None:
        """What only a restart can change; None: nothing is applied."""
        try:
            await in_thread(self._files.read)
            return await self._server.succession.follow(self._read)
        except SwitchhookError as error:
            self._refuse("; ".join(str(error).splitlines()))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # our own fault, or a plugin's: it costs no call
            self._refuse(f"internal error: {cause(error)}{place(error)}")
            logger.debug("%s", trace(error))
        return None

    async def _lose_patience(self, reading: anyio.CancelScope) -> None:
        """A model may take minutes. Who asks again then wants that, and not what hangs."""
        began = time.monotonic()
        await anyio.sleep(PATIENCE)
        if not self._asked.is_set():
            form = "%s is not read after %g s, waiting for %s; SIGHUP gives it up, and reads again"
            logger.warning(form, self._file, PATIENCE, self._server.succession.stage)
            await self._asked.wait()
        waited = time.monotonic() - began
        self._refuse(f"given up after {waited:.0f} s, waiting for {self._server.succession.stage}")
        reading.cancel()

    def _refuse(self, why: str) -> None:
        logger.error("%s is not applied, what was read before stays: %s", self._file, why)

    def _say(self, stay: Iterable[str], seconds: float) -> None:
        live = self._server.calls
        form = "%s is applied after %.2f s: to calls that come from now on; %s may go on with what was before"
        logger.info(form, self._file, seconds, live)
        if names := ", ".join(stay):
            logger.warning("these stay as they were until the server is started anew: %s", names)
