"""Runs the transport and the calls it brings: admission, records, an orderly end."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc

from ..call.bot import Bot
from ..call.call import Call
from ..contract.audio import AudioFormat
from ..contract.errors import cause
from ..contract.leg import Busy, Leg, Outcome
from ..contract.records import CallRecord, utc_now
from ..contract.traces import place, trace
from ..plugins.asking import Hooks
from ..plugins.watchdog import Watchdog
from .admin import serve_admin
from .app import App
from .ending import Ending
from .engines import report_rest
from .figures import CALLS_ENDED, CALLS_STARTED, ENGINES_RESTING, PROMPTS
from .livecalls import LiveCalls
from .logs import call_ids
from .probing import NoAnswerError, try_bot
from .recordfiles import EventFile, RecordFile, is_writable
from .warming import warmed

logger = logging.getLogger(__name__)

PROBING = 3.5  # seconds for engines to answer a probe: Genesys waits five for all of it
BAD_ENDS = ("failed", "lost")  # outcomes that somebody should look into


class Server:
    """The reception of the transport: it knows the connectors, says whether one more call may come in, and
    runs the calls."""

    def __init__(self, app: App) -> None:
        self.app = app
        began = time.monotonic()
        self._transport = app.transport()  # first: wrong settings should not wait for models
        logger.info("loading %s", ", ".join(app.drivers))
        self._bot: Mapping[str, Bot] = app.equip()
        for bot in self._bot.values():
            bot.hooks.codec(AudioFormat())  # its tables are made now rather than in the first call
        logger.info("engines ready after %.2f s", time.monotonic() - began)
        self._records = RecordFile(directory := app.settings.records.directory)
        if directory is not None and not is_writable(directory):
            logger.warning(
                "cannot write to %s: calls are answered, and their records go to the log", directory
            )
        self._hooks = Hooks(app.plugins, list(app.plugins.loaded.values()))
        self._watch_engines()
        self._probing = anyio.CapacityLimiter(2)  # probes open engines, as many as a few calls
        self._calls = LiveCalls()
        self._ending = Ending(self._calls, lambda: self.app.settings.server)

    @property
    def connectors(self) -> Mapping[str, Mapping[str, object]]:
        return {name: settings.address for name, settings in self.app.settings.connectors.items()}

    def languages(self, connector: str, /) -> Sequence[str]:
        return [each.language for each in self._bot[connector].tongues]

    def admit(self) -> Busy | None:
        return self._ending.busy or self._full()

    def ready(self) -> Busy | None:
        return self._ending.ready or self._full()

    def _full(self) -> Busy | None:
        return Busy.FULL if len(self._calls) >= self.app.settings.server.max_calls else None

    def refused(self, reason: str, details: Mapping[str, object], /) -> None:
        self._records.refusal(reason, details)

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None:
        self._hooks.measure(name, value, labels)

    def _watch_engines(self) -> None:
        def prompt(result: str) -> None:
            self.measured(PROMPTS.name, 1, {"from": "cache" if result == "hit" else "engine"})

        def resting(engine: str, is_resting: bool) -> None:
            report_rest(engine, is_resting)
            self.measured(ENGINES_RESTING.name, 1 if is_resting else -1, {"engine": engine})

        self.app.engines.report = resting
        if self.app.cache is not None:
            self.app.cache.measure = prompt

    async def probe(self, connectors: Sequence[str], /) -> str:
        with anyio.move_on_after(PROBING):
            async with self._probing:
                for name in connectors:
                    try:
                        await try_bot(self._bot[name], PROBING)
                    except NoAnswerError as error:
                        return f"connector {name}: {error}"
            return ""
        return f"the engines did not answer within {PROBING:g} s"

    async def answer(self, leg: Leg, /) -> None:
        info = leg.info
        token = call_ids.set((info.conversation_id, info.correlation_id))
        try:
            await self._answer(leg)
        except Exception as error:  # noqa: BLE001  # our own fault: this call is lost, the others are not
            logger.error("internal error: %s%s", cause(error), place(error))  # noqa: TRY400  # its text may be private
            logger.debug("%s", trace(error))
            leg.end(Outcome("error", "internal error"), {})
        finally:
            call_ids.reset(token)

    async def _answer(self, leg: Leg) -> None:
        info = leg.info
        try:
            call = Call(leg, self._bot[info.connector], self._event_writer(leg))
        except Exception as error:
            why = f"internal error: {cause(error)}"
            lost = CallRecord(
                info.id, info.connector, utc_now(), info.conversation_id, outcome="failed", reason=why
            )
            self._records.call(lost)
            raise
        record = call.record_writer.record
        self._calls.add(call)
        logger.info("call to %s started", info.connector)
        self.measured(CALLS_STARTED.name, 1, {"connector": info.connector})
        try:
            await call.run()
        finally:
            self._calls.remove(call)
            self._records.call(record)
            labels = {"connector": info.connector, "outcome": record.outcome}
            self.measured(CALLS_ENDED.name, 1, labels)
            _tell_end(record, call.record_writer.slowest())

    def _event_writer(self, leg: Leg) -> Callable[[str], None] | None:
        directory = self.app.settings.records.directory
        if directory is None or not self.app.settings.connectors[leg.info.connector].events:
            return None
        # the id comes from outside; only its harmless characters name a file
        name = "".join(c for c in leg.info.id if c.isalnum() or c == "-")[:64]
        path: Path = directory / f"events-{name}.jsonl"
        return EventFile(path, self._records.writer).write

    async def _watch_records(self) -> None:
        await self._records.writer.watch(lambda name, value: self.measured(name, value, {}))

    @asynccontextmanager
    async def prepared(self) -> AsyncIterator[None]:
        """What calls need beside the transport: records, plugins, warm engines."""
        async with (
            self._records.kept(),  # entered first, so left last: lines come until the end
            self.app.lifespans(),
            Watchdog(self.app.plugins).watching(),
            warmed(self.app.cache, self._bot.values()),
        ):
            yield

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Yields the URLs where calls come in. Calls that are left at the end have a little time to end."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._watch_records)
            group.start_soon(self._records.watch)
            urls = await group.start(self._transport.serve, self)
            if (admin := self.app.settings.admin) is not None:
                await group.start(serve_admin, admin, self.ready, self._hooks.admin_page)
            try:
                yield " ".join(urls)
            finally:
                with anyio.CancelScope(shield=True):
                    await self.close()
                group.cancel_scope.cancel()

    async def run(self, on_ready: Callable[[str], None]) -> None:
        """Until a signal ends it, and then its calls have ended."""
        async with self.prepared():
            with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
                async with self.listening() as urls:
                    on_ready(urls)
                    await self._ending.wait(signals)

    async def close(self) -> None:
        """End what is left at once, and wait a little for the peers' answers."""
        await self._ending.close()


def _tell_end(record: CallRecord, slowest: str) -> None:
    said = f"call to {record.connector} ended: {record.outcome} after {record.seconds:.1f} s"
    said += f", {len(record.turns)} turns, slowest stage {slowest}"
    if record.outcome in BAD_ENDS:
        logger.warning("%s; why: %s", said, record.reason or "not known")
    else:
        logger.info("%s", said)


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """A server inside another program or a test: yields its URL, ends its calls when left."""
    server = Server(app)
    async with server.prepared(), server.listening() as urls:
        yield urls.partition(" ")[0]
