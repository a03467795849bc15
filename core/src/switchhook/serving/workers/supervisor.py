"""Several workers that answer calls, and what is theirs together: sockets, signals and the admin port."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from itertools import chain
from typing import Any

import anyio
import anyio.abc

from ...contract.errors import StartError
from ...contract.settings import Settings
from ..process.admin import serve_pages
from ..process.handed import Handed
from ..process.hangups import heard
from ..process.sockets import Listeners, are_in_order, bind, deal, enough
from ..state.shared import SharedState
from .crew import LOOK, Crew
from .inherited import Inherited
from .lending import Lender
from .line import Line
from .pages import Pages
from .steering import Steering
from .worker import Worker

logger = logging.getLogger(__name__)

FIRST, LONGEST = 0.1, 30.0  # seconds until a worker that has ended is followed by another
STEADY = 60.0  # seconds after which a worker was no failure

Beside = Callable[[], Coroutine[Any, Any, None]]


class Supervisor:
    """`told` is told of readings of the configuration, as by `Reloading`. `state` is for all workers. Raises
    StartError."""

    def __init__(
        self, settings: Settings, handed: Handed, told: Callable[[str], None], state: SharedState
    ) -> None:
        host, port, workers = settings.server.host, settings.server.port, settings.server.workers
        in_order = are_in_order(handed.sockets, said=handed.in_order)
        given = enough(handed.sockets, workers)
        self._slots = deal(given, workers) if given else bind(host, port, workers)
        sockets = given or list(chain.from_iterable(self._slots))
        self._steering = Steering(sockets, self._slots, in_order=in_order)
        self.listeners = Listeners(sockets, handed.admin, lambda: self._steering.in_order)
        if settings.admin is not None:
            self.listeners.for_admin(settings.admin)
        self.crew = Crew()
        self._kept = state
        self.state = Inherited(state.state, Line(handed.before) if handed.before else None)
        self.lender = Lender(self.state, self.crew.tell_full)
        self.state.counted = self.lender.counted
        self._told = told
        self._pages = Pages(self.crew)
        self._asked, self._why = anyio.Event(), ""
        self.begun = anyio.Event()  # the end has, by a signal
        self._over = anyio.Event()  # nothing is started any more
        self._left = anyio.Event()
        self._failed: int | None = None

    async def run(self, on_ready: Callable[[str], None], *beside: Beside) -> int:
        """Until a signal ends it, and all workers have ended. `beside` runs as long as that. Gives an exit
        status: that of the first worker if it could not start, which has said why."""
        with (
            anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals,
            anyio.open_signal_receiver(signal.SIGCHLD) as children,
        ):
            async with self._kept.kept(), self.listeners.kept(), anyio.create_task_group() as group:
                beginning = (partial(self._reap, children), partial(self._obey, signals))
                for each in (*beginning, self.state.run, self._steering.run):
                    group.start_soon(each)
                async with anyio.create_task_group() as slots:
                    await self._start(slots)
                    if not self._over.is_set():
                        on_ready(self.crew.urls)
                        for each in (self._hear, self._reload_when_asked, self._serve_admin, *beside):
                            group.start_soon(each)
                await self._see_off()
                group.cancel_scope.cancel()
        return self._failed or 0

    async def _start(self, slots: anyio.abc.TaskGroup) -> None:
        """One worker first: what is wrong, it says once. Returns when all take calls."""
        first, *others = range(len(self._slots))
        slots.start_soon(self._keep, first)
        await self._ready([first])
        if not self._over.is_set():
            self._steering.begin()
            for slot in others:
                slots.start_soon(self._keep, slot)
            await self._ready(others)

    async def _ready(self, slots: Iterable[int]) -> None:
        """Or nothing is started any more."""
        async with anyio.create_task_group() as group:

            async def ready() -> None:
                for slot in slots:
                    await self.crew.take_calls(slot)
                group.cancel_scope.cancel()

            group.start_soon(ready)
            await self._over.wait()
            group.cancel_scope.cancel()

    # --- workers

    async def _keep(self, slot: int) -> None:
        """A worker in that slot, and another when it has ended."""
        wait = FIRST
        while not self._over.is_set():
            began = time.monotonic()
            how = await self._one(slot)
            if self._over.is_set():
                break
            wait = FIRST if time.monotonic() - began > STEADY else wait
            logger.error("%s: another is started in %g s", how, wait)
            with anyio.move_on_after(wait):
                await self._over.wait()
            wait = min(2 * wait, LONGEST)
        self._close(slot)

    async def _one(self, slot: int) -> str:
        """Until it has ended. Gives how."""
        try:
            worker = Worker(self._steering.slots[slot], len(self._slots), self.ask, self.lender)
        except OSError as error:  # no process, descriptor or program is to be had now
            what = f"{error.filename}: " if error.filename else ""
            how = f"worker {slot} cannot be started: {what}{error.strerror}"
            if not self.crew.was_ready:
                raise StartError(how) from error
            return how
        self.crew.enter(worker)
        try:
            await worker.run(self._no_calls)
        finally:
            self.crew.leave(worker)
        self._pages.bury(worker)
        if not self.crew.was_ready and not self._over.is_set():
            self._failed = worker.status if worker.status > 0 else 1
            self._over.set()
        return f"worker {slot} (process {worker.pid}) has ended with status {worker.status}"

    def _close(self, slot: int) -> None:
        """The server ends, and nobody follows in that slot: who comes shall go to those that give them back,
        and not wait for nobody."""
        others = {each for worker in self.crew for each in self._slots[worker.slot]}
        for each in set(self._slots[slot]) - others:
            self.listeners.close_one(each)

    async def _no_calls(self) -> None:
        """Once the server ends, and no worker has any: until then each gives back who comes to its socket. A
        worker that somebody else told to end need not wait for others."""
        if self.begun.is_set():
            for worker in self.crew:
                await worker.idle.wait()

    async def _see_off(self) -> None:
        """Who follows asks here about the server before this one, as long as that has calls."""
        if self._left.is_set():
            async with anyio.create_task_group() as group:

                async def end() -> None:
                    await self.begun.wait()
                    group.cancel_scope.cancel()

                group.start_soon(end)
                await self.state.alone.wait()
                group.cancel_scope.cancel()

    async def _reap(self, children: Any) -> None:
        async for _ in children:
            self.crew.look()

    def leave(self) -> None:
        """Other processes have the same sockets, and take what comes from now on."""
        self._over.set()
        self._left.set()
        self._steering.stop()
        for worker in self.crew:
            worker.leave()
        self.listeners.close()

    # --- signals

    async def _obey(self, signals: Any) -> None:
        """SIGTERM ends calls by themselves, one Ctrl-C politely, two at once: see `Ending`."""
        async for number in signals:
            self._over.set()
            self.begun.set()
            self._steering.stop()
            logger.info("%s: passed on to %d workers", signal.Signals(number).name, len(self.crew))
            for worker in self.crew:
                worker.signal(number)

    async def _hear(self) -> None:
        with anyio.open_signal_receiver(signal.SIGHUP) as signals, heard(signal.SIGHUP):
            async for _ in signals:
                self.ask("SIGHUP")

    def ask(self, why: str) -> None:
        """Each worker reads the configuration again soon; once for all who ask until that begins."""
        self._why = why
        self._asked.set()

    async def _reload_when_asked(self) -> None:
        while True:
            await self._asked.wait()
            self._asked = anyio.Event()
            if self._over.is_set():
                logger.warning("%s: the server ends, and reads nothing again", self._why)
                continue
            self._told("begun")
            self._told(await self._reload())

    async def _reload(self) -> str:
        """Worker by worker. Where one does not apply it, those after it are not asked."""
        done: list[int] = []
        for worker in self.crew.all_ready():
            logger.info("%s: worker %d reads the configuration again", self._why, worker.slot)
            outcome = await worker.reload()
            if worker.ended.is_set():
                outcome = await self._follow(worker)
            if outcome != "applied":
                form = (
                    "worker %d has not applied the configuration (%s); %s have, and the others are not asked"
                )
                logger.error(form, worker.slot, outcome, f"workers {done}" if done else "none")
                return "not applied"
            done.append(worker.slot)
        return "applied"

    async def _follow(self, worker: Worker) -> str:
        """Who is started in its place reads the configuration as it is now, or cannot start with it."""
        while not self._over.is_set():
            other = self.crew.in_slot(worker.slot)
            if other is not None and other is not worker:
                return await other.start()
            await anyio.sleep(LOOK)
        return "the server ends"

    # --- the admin port

    async def _serve_admin(self) -> None:
        if (admin := self.listeners.admin) is None:
            return
        async with anyio.create_task_group() as group:
            group.start_soon(serve_pages, self._pages.answer, admin)
            await self._left.wait()
            group.cancel_scope.cancel()
