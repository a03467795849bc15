"""Records on their way from the spool to one sink: in order, at least once, for as long as it takes."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Any

import anyio

from ...contract.errors import SinkUnavailable, cause
from ...contract.figures import Figure
from ...contract.sinks import RecordSink
from ...contract.traces import home, place
from ..process.detached import in_thread
from .seldom import Seldom
from .spool_log import START, Position, SpoolLog

logger = logging.getLogger(__name__)

DELIVERED = Figure("records_delivered", "count", "Records of calls that a sink has taken", ("sink",))
FAILED = Figure(
    "record_sink_failures", "count", "Times that a sink did not take records, or was not there", ("sink",)
)
DEAD = Figure("records_dead", "count", "Records that a sink has refused too often: dead letters", ("sink",))
FIGURES = (DELIVERED, FAILED, DEAD)

AT_ONCE = 50  # records
MOST_REFUSALS = 20  # of one record
PATIENCE = 60.0  # seconds that a sink may take for records
FIRST, LONGEST, LONGEST_REFUSAL = 0.5, 30.0, 5.0  # seconds until it is asked again
LOOK = 5.0  # seconds between two looks for records of which nobody has told
GATHER = 0.1  # seconds in which those that come go together
MOST_OFFERED, MOST_OFFERED_BYTES = 1000, 8 * 1024 * 1024  # of records in memory, for one sink
UNTAKEN = "%s does not take records (%s%s): they wait in the spool, and it is asked again"
UNREAD = "%s does not get what waits in %s of the spool, which cannot be read (%s): it is tried again"

Record = Mapping[str, Any]
Measured = Callable[[str, float, Mapping[str, str]], None]
Bury = Callable[[str, Record, str], None]
"""Of a sink, a record that it refuses, and why."""


class Delivery:
    """`logs`: what there is to deliver, the oldest first. `has` is told how far the sink has come."""

    def __init__(
        self,
        name: str,
        sink: RecordSink,
        *,
        logs: Callable[[], Sequence[SpoolLog]],
        has: Callable[[SpoolLog, str, Position], None],
        bury: Bury,
        measured: Measured,
    ) -> None:
        self.name, self._sink, self._logs, self._has, self._bury = name, sink, logs, has, bury
        self._measured = measured
        self._seldom = Seldom()
        self._most, self._failures, self._refusals = AT_ONCE, 0, 0
        self._woken, self._settled = anyio.Event(), anyio.Event()
        self._offered: deque[str] = deque()
        self._offered_size = 0  # characters

    def offer(self, line: str) -> bool:
        """A record that is in no log, as JSON: it comes behind what is there now. False: there is no room."""
        if len(self._offered) >= MOST_OFFERED or self._offered_size + len(line) > MOST_OFFERED_BYTES:
            return False
        self._offered.append(line)
        self._offered_size += len(line)
        self.wake()
        return True

    def wake(self) -> None:
        """There may be something."""
        self._woken.set()

    async def settle(self) -> None:
        """Until the sink has all that is there now."""
        self._settled = settled = anyio.Event()
        self.wake()
        await settled.wait()

    async def run(self) -> None:
        """For ever. Nothing that the sink does ends it."""
        while True:
            try:
                async with self._sink:
                    await self._deliver()
            except (Exception, SystemExit) as error:  # noqa: BLE001  # a sink may raise anything
                await self._fail(error, LONGEST)

    async def _deliver(self) -> None:
        while True:
            self._woken = anyio.Event()
            settled = self._settled
            moved = False
            for log in self._logs():
                while await self._from(log):
                    moved = True
            while await self._from_memory():
                moved = True
            if moved:
                continue
            settled.set()
            with anyio.move_on_after(LOOK):
                await self._woken.wait()
                await anyio.sleep(GATHER)

    async def _from(self, log: SpoolLog) -> bool:
        """Whether there was something."""
        at = log.positions.get(self.name, START)
        try:
            records, after = await in_thread(partial(log.read, at, self._most))
        except OSError as error:
            # neither other logs nor what is in memory waits for it: the next look tries it again
            self._measured(FAILED.name, 1, {"sink": self.name})
            self._seldom.error(UNREAD, self.name, log.name, error.strerror or cause(error))
            return False
        if not records:
            log.positions[self.name] = after
            return False
        if await self._put(records):
            self._has(log, self.name, after)
        return True

    async def _from_memory(self) -> bool:
        """Whether there was something."""
        if not self._offered:
            return False
        some = list(islice(self._offered, self._most))
        if await self._put(await in_thread(lambda: [json.loads(line) for line in some])):
            for line in some:
                self._offered.popleft()
                self._offered_size -= len(line)
        return True

    async def _put(self, records: Sequence[Record]) -> bool:
        """Whether that is done with, be it that the sink has them or never will."""
        try:
            with anyio.fail_after(PATIENCE):
                await self._sink.put(records)
        except (SinkUnavailable, OSError) as error:  # TimeoutError is one
            await self._fail(error, LONGEST)
            return False
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a sink may raise anything
            return await self._refused(records, error)
        self._measured(DELIVERED.name, len(records), {"sink": self.name})
        if self._failures:
            logger.info("records go to %s again", self.name)
        self._failures = self._refusals = 0
        self._most = min(2 * self._most, AT_ONCE)
        return True

    async def _refused(self, records: Sequence[Record], error: BaseException) -> bool:
        """Which of them is to blame shows when each comes alone."""
        alone = len(records) == 1
        self._most = 1
        self._refusals += alone
        if self._refusals < MOST_REFUSALS:
            await self._fail(error, LONGEST_REFUSAL)
            return False
        self._failures = self._refusals = 0
        self._bury(self.name, records[0], cause(error))
        self._measured(DEAD.name, 1, {"sink": self.name})
        form = "%s has refused record %s %d times (%s): it is a dead letter, and the next one comes"
        logger.error(form, self.name, str(records[0].get("record_id"))[:64], MOST_REFUSALS, cause(error))
        return True

    async def _fail(self, error: BaseException, longest: float) -> None:
        """Says it once, and waits longer each time."""
        self._measured(FAILED.name, 1, {"sink": self.name})
        if not self._failures:
            logger.error(UNTAKEN, self.name, cause(error), place(error, home(type(self._sink))))
        wait = min(FIRST * 2 ** min(self._failures, 20), longest)
        self._failures += 1
        await anyio.sleep(wait)
