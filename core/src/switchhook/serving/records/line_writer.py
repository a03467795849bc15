"""Lines on their way to files, through a bounded queue: whoever puts one there never waits for a disk.

One thread writes. While a disk hangs the thread hangs, and nobody else. Lines that do not fit meanwhile, that
a disk does not take, or that are left when the process ends are counted, and their owners are told.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple, Protocol

import anyio
import anyio.to_thread

from ...contract.errors import cause
from ...contract.figures import Figure
from ..log.setup import call_ids
from .line_file import IDLE, LineFiles, Unwritten

logger = logging.getLogger(__name__)

WAITING = Figure("record_lines_waiting", "level", "Lines of records and events that wait for the disk", ())
LOST = Figure("record_lines_lost", "count", "Lines of records and events that the disk did not take", ())
FIGURES = (WAITING, LOST)

MOST_LINES, MOST_BYTES = 100_000, 32 * 1024 * 1024  # that may wait
AT_ONCE = 1000  # lines: written by few system calls, as each one may cost the thread a wait for its turn
SLOW = 5.0  # seconds without an answer after which a disk is said to hang
PATIENCE = 5.0  # seconds that lines may take when the process ends
LOOK = 1.0  # seconds between two looks at how it goes

Measure = Callable[[str, float], None]


class Owner(Protocol):
    """An owner of lines. It is asked and told in any thread, and must not wait for anything."""

    @property
    def gave_up(self) -> bool:
        """Its lines are not to be written any more."""

    def lost(self, line: str, why: str, /) -> None: ...


class _Waiting(NamedTuple):
    owner: Owner
    path: Path
    data: bytes
    ids: tuple[str, str]  # of the call, for the log


class LineWriter:
    """Writes to one directory. Outside `running` each line is written at once."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._files = LineFiles()
        self._over = self._left_behind = False
        # Each figure is changed by one thread only, so none needs a lock. By the one that puts:
        self._put = self._bytes_put = self._refused = 0
        # by the one that writes:
        self._taken = self._bytes_taken = self._failed = 0
        self._in_hand: dict[Path, list[_Waiting]] = {}
        self._asked_disk: float | None = None  # since when it has not answered
        # and by `look`:
        self._known_lost = self._known_waiting = self._known_written = self._unsaid = 0
        self._hangs = False

    def put(self, owner: Owner, path: Path, line: str, *, share: float = 1.0) -> None:
        """A plain call. `share`: how full the queue may be for this line to come in, 0 to 1."""
        # half of a surrogate pair, which JSON from outside may hold, becomes an escape that JSON knows
        data = f"{line}\n".encode(errors="backslashreplace")
        item = _Waiting(owner, path, data, call_ids.get())
        if self._left_behind or not self._has_room(len(data), share):
            self._refuse(item, f"the disk does not keep up, {self.waiting} lines wait")
            return
        self._put += 1
        self._bytes_put += len(data)
        if self._thread is None:
            self._write([item])
        else:
            self._queue.put(item)

    def refuse(self, owner: Owner, line: str, why: str) -> None:
        """It is lost before it comes to a file."""
        self._refuse(_Waiting(owner, Path(), line.encode(errors="backslashreplace"), call_ids.get()), why)

    def _refuse(self, item: _Waiting, why: str) -> None:
        self._refused += 1
        _tell_lost(item, why)

    @property
    def waiting(self) -> int:
        return self._put - self._taken

    async def written(self) -> None:
        """What was put until now is in its files, or lost."""
        last = self._put
        while self._taken < last:  # noqa: ASYNC110  # a thread counts it
            await anyio.sleep(LOOK / 10)

    @property
    def lost(self) -> int:
        return self._refused + self._failed

    def _has_room(self, size: int, share: float) -> bool:
        waiting = self._bytes_put - self._bytes_taken + size
        return self.waiting < MOST_LINES * share and waiting <= MOST_BYTES * share

    # --- Writing, in the thread

    def _run(self) -> None:
        while not self._over:
            self._write(self._next_lines())
        self._files.close()

    def _next_lines(self) -> list[_Waiting]:
        """All lines that wait, but at most AT_ONCE."""
        lines: list[_Waiting] = []
        try:
            while len(lines) < AT_ONCE:
                line = self._queue.get_nowait() if lines else self._queue.get(timeout=IDLE)
                if line is None:
                    self._over = True
                    break
                lines.append(line)
        except Empty:
            if not lines:
                self._files.close()
        return lines

    def _write(self, lines: Iterable[_Waiting]) -> None:
        for line in lines:
            self._in_hand.setdefault(line.path, []).append(line)
        for path in list(self._in_hand):
            of_file = self._in_hand[path]
            self._asked_disk = time.monotonic()
            self._write_to(path, of_file)
            self._asked_disk = None
            self._taken += len(of_file)
            self._bytes_taken += sum(len(line.data) for line in of_file)
            del self._in_hand[path]

    def _write_to(self, path: Path, lines: Sequence[_Waiting]) -> None:
        at, together = 0, len(lines)
        while at < len(lines):
            if lines[at].owner.gave_up:
                self._failed += 1
                at += 1
                continue
            some = lines[at : at + together]
            try:
                self._files.append(path, [line.data for line in some])
                at += len(some)
                continue
            except Unwritten as error:
                at, why = at + error.done, error.why
            except Exception as error:  # noqa: BLE001  # our own fault: other lines are written all the same
                why = cause(error)
            self._failed += 1
            if not self._left_behind:  # else it was told already
                _tell_lost(lines[at], why)
            at, together = at + 1, 1  # a shorter one may still fit

    # --- From beginning to end, in the event loop

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """When it is left, the lines that were put within it are written, or their owners told. That takes
        PATIENCE at most."""
        # daemon: at its end the process does not wait for it
        self._thread = Thread(target=self._run, name="switchhook-records", daemon=True)
        self._thread.start()
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(self._thread)

    async def watch(self, measure: Measure) -> None:
        """Says how it goes, for ever. `measure` is told of lines that wait, and of those that are lost."""
        while True:
            await anyio.sleep(LOOK)
            self.look(measure)

    def look(self, measure: Measure) -> None:
        """Says what has changed since the last call."""
        lost, waiting, written = self.lost, self.waiting, self._taken - self._failed
        newly = lost - self._known_lost
        if newly:
            measure(LOST.name, newly)
        elif self._unsaid and written > self._known_written:
            form = "lines are written to %s again; %d were lost, the log has the call records among them"
            logger.info(form, self.directory, self._unsaid)
            self._unsaid = 0
        if waiting != self._known_waiting:
            measure(WAITING.name, waiting - self._known_waiting)
        self._unsaid += newly
        self._known_lost, self._known_waiting, self._known_written = lost, waiting, written
        self._say_whether_it_hangs(time.monotonic())

    def _say_whether_it_hangs(self, now: float) -> None:
        asked = self._asked_disk
        hangs = asked is not None and now - asked >= SLOW
        if hangs and not self._hangs:
            form = "the disk of %s does not answer: %d lines wait, calls go on"
            logger.error(form, self.directory, self.waiting)
        elif self._hangs and not hangs:
            logger.info("the disk of %s answers again, %d lines wait", self.directory, self.waiting)
        self._hangs = hangs

    async def _end(self, thread: Thread) -> None:
        self._queue.put(None)
        await anyio.to_thread.run_sync(thread.join, PATIENCE)
        if thread.is_alive():
            self._leave_behind()
        else:
            self._thread = None
            self._write(self._left())  # what came in after the end was asked for

    def _leave_behind(self) -> None:
        self._left_behind = True
        left = [*chain.from_iterable(list(self._in_hand.values())), *self._left()]
        self._queue.put(None)
        self._refused += len(left)
        form = "%d lines may be missing in %s: the disk did not take them within %g s at the end"
        logger.error(form, len(left), self.directory, PATIENCE)
        for line in left:
            _tell_lost(line, "the disk does not answer")

    def _left(self) -> list[_Waiting]:
        left = []
        with suppress(Empty):
            while True:
                if (line := self._queue.get_nowait()) is not None:
                    left.append(line)
        return left


def _tell_lost(line: _Waiting, why: str) -> None:
    token = call_ids.set(line.ids)
    try:
        line.owner.lost(line.data.decode().rstrip("\n"), why)
    finally:
        call_ids.reset(token)
