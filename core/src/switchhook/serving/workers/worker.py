"""One worker, as its supervisor has it: a process, and the line to it."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from ...contract.leg import Busy
from ..process.handed import Handed, command
from ..state.places import CALLS
from .lending import Lender, Lent
from .line import Line, Message, Questions
from .steering import Slot

PATIENCE = 2.0  # seconds for an answer
STARTING = "the worker starts"
RELOADING = 600.0  # seconds for models to load


class Worker:
    """`slot`: one of so many. `changed` is told that a file of the configuration has. What it holds of the
    `lender`'s state it holds no longer than it runs. Raises OSError where it cannot be started."""

    def __init__(self, slot: Slot, workers: int, changed: Callable[[str], None], lender: Lender) -> None:
        self.slot, self._slot = slot.number, slot
        self.urls = ""
        self.ready, self.ended = anyio.Event(), anyio.Event()
        self.idle = anyio.Event()  # it was told to end, and has no calls
        self._changed = changed
        ours, theirs = socket.socketpair()
        with theirs:
            given = Handed(sockets=slot.sockets, line=theirs, slot=slot.number, workers=workers)
            # a session of its own: what a terminal sends, only the supervisor gets
            try:
                self._process = subprocess.Popen(  # noqa: S603  # it is there at once, and outlives a supervisor that is killed
                    command(), env=given.environment(), pass_fds=given.descriptors(), start_new_session=True
                )
            except OSError:
                ours.close()
                raise
        self._line = Line(ours)
        self._questions = Questions(self._line)
        self._lender = lender
        self._lent: Lent  # while it runs
        self._stage = ""
        self._told = anyio.Event()  # something new

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int:
        """Once it has ended: below 0 that of a signal."""
        return self._process.returncode

    def look(self) -> None:
        """Whether it has ended."""
        if self._process.poll() is not None:
            self.ended.set()
            self.idle.set()
            self._slot.serves(False)
            self._tell()

    async def run(self, no_calls: Callable[[], Awaitable[None]]) -> None:
        """Until it has ended. One without calls stays until that returns."""
        async with anyio.create_task_group() as group:
            self._lent = Lent(self._lender, self._line, group, self._slot.moved)
            group.start_soon(self._line.run, self._take)
            group.start_soon(self._release, no_calls)
            await self.ended.wait()
            group.cancel_scope.cancel()

    async def _release(self, no_calls: Callable[[], Awaitable[None]]) -> None:
        await self.idle.wait()
        await no_calls()
        self._line.put(release=True)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def leave(self) -> None:
        """Accept no more, and end with the last call."""
        self._line.put(leave=True)

    def tell_full(self) -> None:
        """Whether all workers together have as many calls as there may be."""
        self._line.put(full=self._lender.full)

    async def reload(self) -> str:
        """Gives "applied", or why not."""
        self._stage = ""
        self.signal(signal.SIGHUP)
        with anyio.move_on_after(RELOADING):
            while self._stage in ("", "begun") and not self.ended.is_set():
                await self._told.wait()
            return self._stage if not self.ended.is_set() else "the worker has ended"
        return f"the worker did not say in {RELOADING:g} s"

    async def start(self) -> str:
        """Gives "applied" when it takes calls, or why it does not."""
        with anyio.move_on_after(RELOADING):
            while not (self.ready.is_set() or self.ended.is_set()):
                await self._told.wait()
            return "applied" if self.ready.is_set() else "who was started in its place cannot start"
        return f"who was started in its place took no calls in {RELOADING:g} s"

    async def health(self) -> tuple[str | None, bool]:
        """Why no call should come, and whether it is alive."""
        answer = await self._ask(health=True) if self.ready.is_set() else None
        if answer is None:
            return Busy.STOPPING if self.ended.is_set() else STARTING, not self.ready.is_set()
        return answer["reason"], answer["alive"]

    async def ask_page(self, **question: object) -> Any:
        """None where it has none, or does not say."""
        answer = await self._ask(**question) if self.ready.is_set() else None
        return answer["page"] if answer else None

    async def _ask(self, **question: object) -> Message | None:
        with anyio.move_on_after(PATIENCE):
            return await self._questions.ask(self._questions.number(), **question)
        return None

    def _tell(self) -> None:
        self._told.set()
        self._told = anyio.Event()

    def _take(self, message: Message) -> None:
        match message:
            case {"ask": number, "state": _}:
                self._lent.take(number, message)
            case {"back": number}:
                self._lent.give_back(number)
            case {"ready": urls}:
                self.urls = urls
                self.ready.set()
                self._slot.serves(not self.ended.is_set())
                self._tell()
                self.tell_full()
            case {"serves": serves}:
                self._slot.serves(serves and not self.ended.is_set())
            case {"idle": _}:
                self.idle.set()
            case {"reloading": stage, "max_calls": most}:
                self._stage = stage
                self._lender.asked(CALLS, most)
                self._tell()
            case {"changed": why}:
                self._changed(why)
            case {"answer": number}:
                self._questions.answered(number, message)
