"""Which generation of the configuration calls that come now belong to, and how one follows another."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

import anyio
import anyio.abc

from ...contract.leg import Busy, Changeable, Transport
from ...contract.settings import Settings
from ...plugins.watchdog import Watchdog
from ..drivers.engines import report_rest
from ..drivers.keeping import Keeper, keeping
from ..measuring.behind import Behind
from ..measuring.figures import ENGINE_FAILURES, ENGINES_RESTING, PROMPTS
from ..measuring.hook_figures import HookFigures
from ..measuring.lateness import LOOP_LATE, Lateness
from ..process.detached import in_thread
from .app import App
from .generation import Generation, Measured, discard

logger = logging.getLogger(__name__)

Read = Callable[[App], App]
"""Reads the configuration again, after the one that is given."""

Change = Callable[[], Sequence[str]]

FILES = "the file, or one that it names"  # what is waited for first


class Succession:
    def __init__(self, first: Generation, transport: Transport, measured: Measured) -> None:
        self.current = first
        self._started = first.app.settings  # with what a restart alone can change
        self._named = first.app.transport_named
        self._transport, self._measured = transport, measured
        self.lateness = Lateness()
        self._behind = Behind(measured)
        self._hook_figures = HookFigures(measured)
        self._watchdog = Watchdog(late=self._beat)
        self._alive = [first]
        self._warm: anyio.CancelScope | None = None
        self._stage = FILES
        self._keeper: Keeper
        self._group: anyio.abc.TaskGroup
        self._listen(first.app)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Around all calls. Within it engines are kept warm, and who blocks the event loop is named."""
        self._watch()
        async with keeping() as self._keeper:
            await self.current.enter(self._keeper, self._measured)
            async with self._watchdog.watching(), anyio.create_task_group() as self._group:
                self._group.start_soon(self._keep_warm)
                yield
                self._group.cancel_scope.cancel()

    @property
    def late(self) -> Busy | None:
        """Whether the machine has more to do than it can."""
        limit = self.current.app.settings.server.max_late
        return Busy.LATE if self.lateness.is_over(limit) or self._behind.is_over(limit) else None

    @property
    def stage(self) -> str:
        """What another configuration waits for."""
        return self._keeper.entering or self._stage

    async def follow(self, read: Read) -> list[str]:
        """From now on calls belong to what `read` gives. What is slow is done in a thread. Gives the settings
        that only a restart can change. Raises SwitchhookError, and then nothing has changed."""
        before = self.current
        app = await in_thread(partial(read, before.app))
        self._listen(app)
        self._stage = "engines to be made"
        try:
            made = await in_thread(partial(self._make, app, before))
            successor, change = made
            await successor.enter(self._keeper, self._measured)
        except BaseException:
            await discard(app, self._keeper)
            raise
        finally:
            self._stage = FILES
        stay = [*self._fixed(app.settings), *change()]
        self.current = successor
        self._alive.append(successor)
        self._watch()
        if self._warm is not None:
            self._warm.cancel()
        self._group.start_soon(self._keep_warm)
        self._group.start_soon(self._retire, before)
        return stay

    def _make(self, app: App, before: Generation) -> tuple[Generation, Change]:
        """Wrong settings do not wait for models."""
        change = self._change(app)
        return Generation(app, before), change

    def _change(self, app: App) -> Change:
        """What lets the transport know."""
        if app.transport_named != self._named:
            return lambda: ["transport"]
        connectors = {name: each.address for name, each in app.settings.connectors.items()}
        if isinstance(self._transport, Changeable):
            return self._transport.change(app.transport_options, app.settings.server, connectors)
        was = self._started
        same = app.settings.transport == was.transport and connectors == {
            name: each.address for name, each in was.connectors.items()
        }
        return lambda: [] if same else ["transport", "connectors.*.address"]

    def _fixed(self, settings: Settings) -> list[str]:
        was, now = self._started, settings
        pairs = {
            "server.host": (was.server.host, now.server.host),
            "server.port": (was.server.port, now.server.port),
            "server.workers": (was.server.workers, now.server.workers),
            "admin": (was.admin, now.admin),
            "state": ((was.state.use, was.state.table()), (now.state.use, now.state.table())),
        }
        return [name for name, (before, after) in pairs.items() if before != after]

    async def _keep_warm(self) -> None:
        with anyio.CancelScope() as self._warm:
            await self.current.keep_warm()

    async def _retire(self, generation: Generation) -> None:
        await generation.unused()
        resting = [engine for engine in generation.app.engines if engine.is_resting]
        await generation.leave(self._keeper)
        for engine in resting:
            if not self._keeper.holds(engine):
                self._measured(ENGINES_RESTING.name, -1, {"engine": engine.name})
        self._alive.remove(generation)
        self._watch()

    def _beat(self, late: float) -> None:
        if (worst := self.lateness.note(late)) is not None:
            self._measured(LOOP_LATE.name, worst, {})
            self._hook_figures.look(self._watchdog.plugins)
            self._behind.look(engine for each in self._alive for engine in each.app.engines)
            for figure in self.current.app.told.taken():
                self._measured(*figure)

    def _watch(self) -> None:
        self._watchdog.plugins = tuple(each.app.plugins for each in self._alive)

    def _listen(self, app: App) -> None:
        def prompt(result: str) -> None:
            self._measured(PROMPTS.name, 1, {"from": "cache" if result == "hit" else "engine"})

        def resting(engine: str, is_resting: bool) -> None:
            report_rest(engine, is_resting)
            self._measured(ENGINES_RESTING.name, 1 if is_resting else -1, {"engine": engine})

        def failing(engine: str, problem: str) -> None:
            self._measured(ENGINE_FAILURES.name, 1, {"engine": engine, "problem": problem})

        app.engines.report, app.engines.failing = resting, failing
        if app.cache is not None:
            app.cache.measure = prompt
