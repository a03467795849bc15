"""Spans go to the exporter in a thread of their own: no call waits for a collector, and what waits is
bounded."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult

logger = logging.getLogger(__name__)

MOST = 20_000  # spans that may wait
AT_ONCE = 500  # about so many spans go in one request
PATIENCE = 3.0  # seconds that what waits may take at the end
BROKEN_OFF = 1.0  # and that the last request may take after that
SAID = 60.0  # seconds between two lines about what is lost


class Exporter(Protocol):
    def export(self, spans: list[ReadableSpan], /) -> SpanExportResult: ...
    def shutdown(self) -> None: ...


class Sender:
    """`put` is for one thread."""

    def __init__(
        self, exporter: Exporter, most: int = MOST, told: Callable[[int], None] = lambda _: None
    ) -> None:
        """`told` is told in any thread how many spans are newly lost."""
        self._exporter, self._most, self._tell = exporter, most, told
        self._queue: SimpleQueue[tuple[Iterable[ReadableSpan], int] | None] = SimpleQueue()
        # Each is changed by one thread only, so none needs a lock. By the one that puts:
        self._put = self._refused = 0
        # by the one that sends:
        self._taken = self._failed = 0
        self._unsaid, self._said = 0, -SAID
        # daemon: at its end the process does not wait for it
        self._thread = Thread(target=self._run, name="switchhook-tracing", daemon=True)
        self._thread.start()

    @property
    def lost(self) -> int:
        """Spans, ever."""
        return self._refused + self._failed

    def put(self, spans: Iterable[ReadableSpan], size: int) -> None:
        """They are made in the thread; `size`: at most so many. A plain call, which never waits."""
        if self._put - self._taken + size > self._most:
            self._refused += size
            self._tell(size)
            return
        self._put += size
        self._queue.put((spans, size))

    def close(self) -> None:
        """Waits a little for what is not sent yet."""
        self._queue.put(None)
        self._thread.join(PATIENCE)
        self._exporter.shutdown()  # which breaks a wait off
        self._thread.join(BROKEN_OFF)

    # --- in the thread

    def _run(self) -> None:
        over = False
        while not over:
            batch, size, over = self._next()
            if batch:
                self._export(batch)
            self._taken += size
            self._say()

    def _next(self) -> tuple[list[ReadableSpan], int, bool]:
        """What waits, about so much at once. Whether it is the last."""
        batch, size = list[ReadableSpan](), 0
        item = self._queue.get()
        while item is not None:
            batch += self._made(*item)
            size += item[1]
            if len(batch) >= AT_ONCE:
                return batch, size, False
            try:
                item = self._queue.get_nowait()
            except Empty:
                return batch, size, False
        return batch, size, True

    def _made(self, spans: Iterable[ReadableSpan], size: int) -> list[ReadableSpan]:
        """A record of an odd form costs its own spans, and not the thread of all."""
        try:
            return list(spans)
        except Exception as error:  # noqa: BLE001  # as said
            logger.error("traces: %s; these spans of a call are not sent", type(error).__name__)  # noqa: TRY400  # its text may be private
            self._failed += size
            self._tell(size)
            return []

    def _export(self, batch: list[ReadableSpan]) -> None:
        try:
            done = self._exporter.export(batch) is SpanExportResult.SUCCESS
        except Exception as error:  # noqa: BLE001  # whatever a library raises costs its spans alone
            logger.warning("traces: %s", type(error).__name__)
            done = False
        if not done:
            self._failed += len(batch)
            self._tell(len(batch))

    def _say(self) -> None:
        newly, now = self.lost - self._unsaid, time.monotonic()
        if newly and now - self._said >= SAID:
            self._said, self._unsaid = now, self.lost
            logger.warning("traces: %d spans are lost, as the collector does not take them", newly)
