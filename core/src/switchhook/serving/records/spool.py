"""The spool: what this process writes of its calls while they go on, so that whoever kills it loses no call
that has ended, and leaves the others marked."""

from __future__ import annotations

import logging
import os
import secrets
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import anyio
import anyio.lowlevel

from ...contract.errors import cause
from ...contract.figures import Figure
from ...contract.records import CallRecord, table_of
from ..process.detached import in_thread
from . import spool_log
from .line_writer import LineWriter, Measure
from .spool_log import ENDED, Position, SpoolLog
from .unspooled import Unspooled

logger = logging.getLogger(__name__)

SPOOLED = Figure(
    "record_spool_bytes", "level", "Bytes of the spool: records that grow, or wait for a sink", ()
)
FIGURES = (SPOOLED,)

SEGMENT = 8 * 1024 * 1024  # bytes of one file
SHARE_OF_GROWTH = 0.75  # of the spool, and of what may wait for a disk: the rest is for the ends of calls
AT_ONCE = 10  # live calls that are written anew before others have their turn
SAYS_AGAIN = 60.0  # seconds until it is said again that records cannot grow


class Spool:
    """It writes by `writer`. Before `begin` nothing can be written."""

    gave_up = False

    def __init__(self, directory: Path, most: int, writer: LineWriter) -> None:
        """`most`: bytes that it may take."""
        self.directory, self._most, self._writer = directory, most, writer
        self.log: SpoolLog | None = None
        self.unspooled = Unspooled()
        self._why = "the spool has not begun"
        self._segment = 1
        self._sizes = {1: 0}  # bytes, by segment
        self._live: dict[str, CallRecord] = {}
        self._anew: list[str] = []  # live calls whose records a new segment has to have
        self._synced = True
        self._told, self._said = 0, -SAYS_AGAIN

    @property
    def size(self) -> int:
        return sum(self._sizes.values())

    def begin(self) -> bool:
        """Whether it has begun; it may be tried again."""
        if self.log is None:
            name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}-{secrets.token_hex(4)}"
            try:
                self.log = spool_log.begin(self.directory, name)
            except OSError as error:
                self._why = error.strerror or cause(error)
        return self.log is not None

    def go_on_in(self, log: SpoolLog) -> None:
        """What is known of live calls is written into this one."""
        form = (
            "%s was moved or deleted under this process, which makes it anew; what was in it goes to sinks "
        )
        form += "when a server finds it after this process has ended"
        logger.warning(form, self.directory)
        self.log = log
        self._begin_segment(log)

    # --- Calls

    def grew(self, record: CallRecord) -> None:
        """At its start, and at each turn. The last two turns may have changed."""
        self._live[record.record_id] = record
        self._grow(record, -2)

    def end(self, record: CallRecord) -> None:
        self._live.pop(record.record_id, None)
        self._put(spool_log.ended_line(record.line()), 1.0)
        self._synced = False

    def has(self, log: SpoolLog, sink: str, at: Position) -> None:
        """The sink has everything of that log until there."""
        if self.log is not None and log.name == self.log.name and log is not self.log:
            return  # it was moved away since it was read
        log.positions[sink] = at
        line = spool_log.has_line(sink, at)
        if log is self.log:
            self._sizes[self._segment] += len(line) + 1
        self._writer.put(self, log.path(log.last), line)

    def _grow(self, record: CallRecord, since: int) -> None:
        turns = [table_of(turn) for turn in record.turns[since:]]
        self._put(spool_log.growing_line(record.so_far(), turns), SHARE_OF_GROWTH)

    def _put(self, line: str, share: float) -> None:
        if self.log is None:
            self._writer.refuse(self, line, self._why)
            return
        if self.size + len(line) > self._most * share:
            self._writer.refuse(self, line, "the spool is full, as a sink has not taken what waits in it")
            return
        if self._sizes[self._segment] >= SEGMENT:
            self._begin_segment(self.log)
        self._sizes[self._segment] += len(line) + 1
        self._writer.put(self, self.log.path(self._segment), line, share=share)

    def _begin_segment(self, log: SpoolLog) -> None:
        self._segment += 1
        log.last, self._sizes[self._segment] = self._segment, 0
        self._anew = list(self._live)

    def lost(self, line: str, why: str, /) -> None:
        """In any thread. The record of a call that has ended is not lost: log and sinks get it."""
        if line.startswith(ENDED.decode()):
            record = line.removeprefix(ENDED.decode())[:-1]
            logger.error("cannot write to %s: %s; record: %s", self.directory, why, record)
            self.unspooled.add(record)
        elif line.startswith(spool_log.GROWING.decode()) and time.monotonic() - self._said > SAYS_AGAIN:
            self._said = time.monotonic()
            form = "cannot write to %s: %s; if this process is killed now, live calls may leave no record"
            logger.error(form, self.directory, why)

    # --- Keeping it

    async def watch(self, measure: Measure) -> None:
        """For ever, once a second: to disk with calls that have ended; old segments without live calls."""
        while True:
            await anyio.sleep(1)
            if self.log is None:
                await in_thread(self.begin)
                continue
            self.look(measure)
            await self._carry()
            await self._sync()

    def look(self, measure: Measure) -> None:
        if (size := self.size) != self._told:
            measure(SPOOLED.name, size - self._told)
            self._told = size

    async def _carry(self) -> None:
        """Live calls do not keep an old segment: what is known of them is written into this one too."""
        if self.log is None or self.log.carried == self._segment:
            return
        segment, anew, self._anew = self._segment, self._anew, []
        for at, call in enumerate(anew, 1):
            if (record := self._live.get(call)) is not None:
                self._grow(record, 0)
            if at % AT_ONCE == 0:
                await anyio.lowlevel.checkpoint()
        await self._writer.written()
        if segment == self._segment:  # else there is a newer one, which has to have them
            self.log.carried = segment

    async def _sync(self) -> None:
        if self.log is None or self._synced:
            return
        self._synced = True
        paths = [self.log.path(each) for each in (self._segment - 1, self._segment)]
        await in_thread(partial(_sync, paths))

    def removed(self, segment: int) -> None:
        """Segments before that one are gone."""
        self._sizes = {each: size for each, size in self._sizes.items() if each >= segment}

    @property
    def is_long(self) -> bool:
        """There may be a segment that nobody needs any more."""
        return len(self._sizes) > 1

    @property
    def is_quiet(self) -> bool:
        """No call grows in it."""
        return not self._live


def _sync(paths: list[Path]) -> None:
    for path in paths:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            os.fdatasync(descriptor)
        except OSError as error:
            form = "%s: %s; what was written last may be missing after a power cut"
            logger.error(form, path, error.strerror)  # noqa: TRY400  # the reason says it all
        finally:
            os.close(descriptor)
