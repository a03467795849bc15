"""What happened in calls: into the spool as it happens, from there to each sink. None waits for another."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio

from ...contract.errors import cause
from ...contract.record_settings import RecordsSettings
from ...contract.records import CallRecord, to_line, utc_now
from ...contract.sinks import RecordSink
from ..process.detached import in_thread
from . import spool_log
from .delivery import Delivery, Measured, Record
from .files import RefusalFile
from .line_file import Unwritten
from .line_writer import LineWriter
from .seldom import Seldom
from .spool import Spool
from .spool_log import START, SpoolLog

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
LOOK = 10.0  # seconds between two looks for logs of processes that have ended, and for the lock of our own
PATIENCE = 3.0  # seconds that sinks have at the end for what waits
DEAD_LETTERS = "dead-letters-{}.jsonl"


class RecordKeeping:
    """`sinks` by name. Without any, no records of calls are kept."""

    gave_up = False

    def __init__(self, settings: RecordsSettings, sinks: Mapping[str, RecordSink]) -> None:
        self.directory = settings.directory
        self.writer = LineWriter(settings.directory or settings.waiting)
        self.refusals = RefusalFile(settings.directory, self.writer)
        self._sinks = dict(sinks)
        self.spool: Spool | None = None
        if sinks and settings.waiting is not None:
            self.spool = Spool(settings.waiting, settings.spool_size * MEGABYTE, self.writer)
        self._taken_over: list[SpoolLog] = []
        self._deliveries: list[Delivery] = []
        self._seldom = Seldom()

    # --- Calls: plain calls, that wait for nothing

    def grew(self, record: CallRecord) -> None:
        if self.spool is not None:
            self.spool.grew(record)

    def call(self, record: CallRecord) -> None:
        """It has ended."""
        if self.spool is not None:
            self.spool.end(record)
        for delivery in self._deliveries:
            delivery.wake()

    def refusal(self, reason: str, details: Mapping[str, object]) -> None:
        self.refusals.refusal(reason, details)

    # --- From beginning to end

    @asynccontextmanager
    async def kept(self, measured: Measured) -> AsyncIterator[None]:
        """Within it nobody waits for a disk or a sink. When it is left, both have some seconds for what is
        not written yet; what sinks do not have then waits for the next start."""
        if self.writer.directory is None:
            yield
            return
        spool = self.spool
        if spool is not None:
            await in_thread(spool.begin)
        async with self._delivering(measured), self.writer.running(), anyio.create_task_group() as group:
            group.start_soon(self.watch, measured)
            yield
            self.refusals.count_left_out(at_once=True)
            group.cancel_scope.cancel()

    @asynccontextmanager
    async def _delivering(self, measured: Measured) -> AsyncIterator[None]:
        try:
            async with anyio.create_task_group() as group:
                self._begin_deliveries(measured)
                for delivery in self._deliveries:
                    group.start_soon(delivery.run)
                yield
                if self.spool is not None:
                    self.spool.unspooled.offer(self._deliveries, measured)
                with anyio.move_on_after(PATIENCE, shield=True):
                    async with anyio.create_task_group() as last:
                        for delivery in self._deliveries:
                            last.start_soon(delivery.settle)
                group.cancel_scope.cancel()
        finally:
            self._deliveries = []
            if self.spool is not None:
                with anyio.move_on_after(PATIENCE, shield=True):  # the disk may hang
                    await in_thread(partial(self._leave, self.spool))

    def _begin_deliveries(self, measured: Measured) -> None:
        if self.spool is not None:
            for name, sink in self._sinks.items():
                has, bury = self.spool.has, self._bury
                one = Delivery(name, sink, logs=self._logs, has=has, bury=bury, measured=measured)
                self._deliveries.append(one)

    def _logs(self) -> Sequence[SpoolLog]:
        own = self.spool.log if self.spool is not None else None
        return [*self._taken_over, *([own] if own is not None else [])]

    async def watch(self, measured: Measured) -> None:
        """For ever: how the disk does, who was refused, what is in the way of an empty spool."""

        def measure(name: str, value: float) -> None:
            measured(name, value, {})

        async with anyio.create_task_group() as group:
            group.start_soon(self.refusals.watch)
            group.start_soon(self.writer.watch, measure)
            if self.spool is not None:
                group.start_soon(self.spool.watch, measure)
                group.start_soon(self.spool.unspooled.watch, self._deliveries, measured)
                group.start_soon(self._look_after, self.spool)

    async def _look_after(self, spool: Spool) -> None:
        while True:
            if spool.log and (again := await in_thread(partial(_again, spool.log, self._seldom))) is not None:
                spool.go_on_in(again)
            for log in await in_thread(partial(self._take_over, spool.directory)):
                self._taken_over.append(log)
                for delivery in self._deliveries:
                    delivery.wake()
            for _ in range(int(LOOK)):
                await anyio.sleep(1)
                if spool.is_long or self._taken_over:
                    spool.removed(await in_thread(self._clear))

    # --- In a thread

    def _take_over(self, directory: Path) -> list[SpoolLog]:
        """What processes have left that were killed, or whose sinks were away."""

        def unusable(name: str, error: OSError | Unwritten) -> None:
            form = "cannot take over what process %s has left: %s"
            self._seldom.error(form, name, getattr(error, "strerror", None) or cause(error))

        found: list[SpoolLog] = []
        try:
            found.extend(log for log in spool_log.abandoned(directory, unusable) if _recovered(log, unusable))
        except OSError as error:
            self._seldom.error("cannot look into %s: %s", directory, error.strerror or cause(error))
        return found

    def _clear(self) -> int:
        """What every sink has is removed. Gives the first segment of ours that is left."""
        left = 0
        for log in self._logs():
            try:
                left = max(left, self._cleared(log))
            except OSError as error:  # one that cannot be read keeps no other
                form = "cannot clear %s of the spool: %s"
                self._seldom.error(form, log.name, error.strerror or cause(error))
        return left

    def _cleared(self, log: SpoolLog) -> int:
        """As `_clear`, of ours; 0 of another. Raises OSError."""
        if not log.over:
            first = min((log.positions.get(name, START) for name in self._sinks), default=START)
            left = min(first.segment, log.carried)
            log.remove_before(left)
            return left
        if not self.writer.waiting and self._have_all(log):  # and says so nowhere any more
            log.remove()
            self._taken_over.remove(log)
        return 0

    def _have_all(self, log: SpoolLog) -> bool:
        return all(name in log.positions and not log.read(log.positions[name], 1)[0] for name in self._sinks)

    def _leave(self, spool: Spool) -> None:
        """At the end: what sinks do not have yet is for whoever comes next."""
        self._clear()
        try:
            if spool.log is not None and spool.is_quiet and self._have_all(spool.log):
                spool.log.remove()
        except OSError as error:
            logger.error("cannot clear %s: %s", spool.directory, error.strerror or cause(error))  # noqa: TRY400  # the reason says it all
        late = set[str]()
        for log in self._logs():
            late |= self._late(log)
            log.release()
        if late:
            form = "%s did not get all records: the rest waits in %s for the next server that has that spool"
            logger.warning(form, ", ".join(sorted(late)), spool.directory)

    def _late(self, log: SpoolLog) -> set[str]:
        """Sinks that do not have all of it."""
        try:
            return {name for name in self._sinks if log.read(log.positions.get(name, START), 1)[0]}
        except OSError as error:
            self._seldom.error("cannot read %s of the spool: %s", log.name, error.strerror or cause(error))
            return set()

    # --- Dead letters

    def _bury(self, sink: str, record: Record, why: str) -> None:
        if self.spool is not None:
            line: dict[str, Any] = {"sink": sink, "at": utc_now(), "why": why, "record": record}
            self.writer.put(self, self.spool.directory / DEAD_LETTERS.format(sink), to_line(line))

    def lost(self, line: str, why: str, /) -> None:
        """In any thread."""
        logger.error("cannot write a dead letter to %s: %s; %s", self.writer.directory, why, line)


def _again(log: SpoolLog, seldom: Seldom) -> SpoolLog | None:
    try:
        return log.again()
    except OSError as error:
        seldom.error("cannot keep %s: %s", log.directory, error.strerror or cause(error))
        return None


def _recovered(log: SpoolLog, unusable: Callable[[str, OSError | Unwritten], None]) -> bool:
    try:
        interrupted = log.recover()
    except (OSError, Unwritten) as error:
        unusable(log.name, error)
        log.release()
        return False
    if interrupted:
        logger.warning("%d calls were interrupted when process %s ended", interrupted, log.name)
    return True
