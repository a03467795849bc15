"""One reading of the configuration and what its calls use. Live calls keep theirs until they end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import anyio

from ...call.bot import Bot
from ...call.engine import Kind
from ...contract.audio import AudioFormat
from ...plugins.asking import Hooks
from ..config.configuration import fingerprint, named_secrets
from ..drivers.engines import close
from ..drivers.keeping import Keeper, Kept, Lifetime
from ..drivers.warming import keep_warm
from ..records.files import unwritable
from ..records.keeping import RecordKeeping
from ..records.sinks import make_sinks
from .app import App

logger = logging.getLogger(__name__)

UNWRITABLE = (
    "[records]: cannot write to %s, as %s: calls are answered, and their records go to the log; "
    "let this user write there, or name another directory"
)

STAYING: tuple[Kind, ...] = ("transport", "state")  # they serve on, whatever their settings are
Measured = Callable[[str, float, Mapping[str, str]], None]


class Generation:
    """Models that a driver loads when it is made are loaded here, without an event loop. What is equal in the
    generation `before` is shared with it. Raises SettingsError, StartError and PluginError."""

    def __init__(self, app: App, before: Generation | None = None) -> None:
        self.app = app
        if before is not None:
            for kind in STAYING:
                app.engines.carry_on(kind)
        self._bots = app.equip()
        for bot in self._bots.values():
            bot.hooks.codec(AudioFormat())  # its tables are made now, not in the first call
        self.hooks = Hooks(app.plugins, list(app.plugins.loaded.values()))
        asked = app.settings.records
        tables = [each.model_dump() for each in (asked, *asked.sinks)]
        self._records_as = fingerprint(tables, app.base, named_secrets)
        same = before is not None and before._records_as == self._records_as  # noqa: SLF001  # its own kind
        self.records: RecordKeeping = before.records if before is not None and same else _records(app)
        self._users = 0
        self._unused = anyio.Event()
        self._held: list[Kept] = []

    @property
    def bots(self) -> Mapping[str, Bot]:
        return self._bots

    @contextmanager
    def used(self) -> Iterator[None]:
        """By a call, or a probe."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                self._unused.set()

    async def unused(self) -> None:
        while self._users:
            self._unused = anyio.Event()
            await self._unused.wait()

    async def enter(self, keeper: Keeper, measured: Measured) -> None:
        """Raises StartError and PluginError, and then what was entered is left."""
        try:
            for lifetime in self._lifetimes(measured):
                self._held.append(await keeper.hold(lifetime))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._release(keeper)
            raise
        self.app.engines.settle()

    async def leave(self, keeper: Keeper) -> None:
        """After the last call. A plugin that outlives this keeps no model in memory by what it knows."""
        await self._release(keeper)
        self._bots.clear()
        self.app.engines.forget()

    async def _release(self, keeper: Keeper) -> None:
        while self._held:
            await keeper.release(self._held.pop())

    async def keep_warm(self) -> None:
        await keep_warm(self.app.cache, self._bots.values())

    def _lifetimes(self, measured: Measured) -> Iterator[Lifetime]:
        # first: what all others have to say comes to its end
        yield Lifetime("the records", self.records, partial(self.records.kept, measured))
        yield from self.app.lifetimes()
        if (cache := self.app.cache) is not None:
            yield Lifetime("the prompts", cache, cache.running)


def _records(app: App) -> RecordKeeping:
    asked = app.settings.records
    for directory in {asked.directory, asked.waiting}:
        if directory is not None and (why := unwritable(directory)):
            logger.warning(UNWRITABLE, directory, why)
    return RecordKeeping(asked, make_sinks(asked, app.plugins, app.engines, app.base))


async def discard(app: App, keeper: Keeper) -> None:
    """One that never served: its engines that nobody holds are closed."""
    with anyio.CancelScope(shield=True):
        for engine in app.engines:
            if not keeper.holds(engine):
                await close(engine)
