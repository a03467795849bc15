"""Runs the transport and the calls it brings: admission, records, an orderly end."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import anyio
import anyio.abc

from ..call.bot import Bot
from ..call.call import Call
from ..contract.errors import cause
from ..contract.findings import AdminPage
from ..contract.leg import Busy, Leg, Outcome, TakesSockets
from ..contract.records import CallRecord, utc_now
from ..contract.state import Full, State
from ..contract.traces import place, trace
from .drivers.probing import NoAnswerError, try_bot
from .ending import Ending
from .generations.app import App
from .generations.generation import Generation
from .generations.succession import Succession
from .livecalls import LiveCalls
from .log.setup import call_ids
from .measuring.figures import CALLS_ENDED, CALLS_REFUSED, CALLS_STARTED
from .process.handed import Handed
from .process.sockets import Listeners, are_in_order
from .records.files import EventFile
from .records.stores import events_name
from .state.places import Places
from .state.sure import SureState

logger = logging.getLogger(__name__)

PROBING = 3.5  # seconds for engines to answer a probe: Genesys waits five for all of it
NOTHING = Handed()
GONE = "this connector is not configured any more"
BAD_ENDS = ("failed", "lost")  # outcomes that somebody should look into


Beside = Callable[[], Coroutine[Any, Any, None]]


class Server:
    """The reception of the transport: it knows the connectors, says whether one more call may come in, and
    runs the calls."""

    def __init__(self, app: App, handed: Handed = NOTHING, state: State | None = None) -> None:
        """`handed`: sockets for a transport that takes them, and `state` that of all workers; by default as
        the settings say."""
        began = time.monotonic()
        self._transport = app.transport()  # first: wrong settings should not wait for models
        kept = app.state() if state is None else state
        in_order = partial(are_in_order, handed.sockets, said=handed.in_order)
        self.listeners = Listeners(handed.sockets, handed.admin, in_order)
        logger.info("loading %s", ", ".join(app.drivers))
        first = Generation(app)
        logger.info("engines ready after %.2f s", time.monotonic() - began)
        self.succession = Succession(first, self._transport, self.measured)
        self._probing = anyio.CapacityLimiter(2)  # probes open engines, as many as a few calls
        self.calls = LiveCalls()
        self.ending = Ending(
            self.calls,
            lambda: self.app.settings.server,
            among_others=handed.line is not None,
            follows=handed.before is not None,
        )
        self.state = SureState(kept, lambda: self.app.settings.state.when_lost == "allow", self.measured)
        self.places = Places(self.state, lambda: self.app.settings.server.max_calls)

    @property
    def generation(self) -> Generation:
        """Of calls that come now."""
        return self.succession.current

    @property
    def app(self) -> App:
        return self.generation.app

    @property
    def connectors(self) -> Mapping[str, Mapping[str, object]]:
        return {name: settings.address for name, settings in self.app.settings.connectors.items()}

    def languages(self, connector: str, /) -> Sequence[str]:
        bot = self.generation.bots.get(connector)
        return [each.language for each in bot.tongues] if bot else ()

    def admit(self) -> Busy | None:
        return self.ending.busy or _full(self)

    def ready(self) -> Busy | None:
        return self.ending.ready or _full(self)

    def alive(self) -> bool:
        return not self.succession.lateness.was_stuck()

    async def admission(self) -> AbstractAsyncContextManager[object] | Busy:
        return self.ending.busy or self.succession.late or await self.places.take()

    async def admission_within(
        self, limits: Mapping[str, int], /
    ) -> AbstractAsyncContextManager[object] | Busy | Full:
        return self.ending.busy or self.succession.late or await self.places.take_within(limits)

    def refused(self, reason: str, details: Mapping[str, object], /) -> None:
        self.measured(CALLS_REFUSED.name, 1, {"reason": reason})
        self.generation.records.refusal(reason, details)

    def measured(self, name: str, value: float, labels: Mapping[str, str], /) -> None:
        self.generation.hooks.measure(name, value, labels)

    async def probe(self, connectors: Sequence[str], /) -> str:
        with anyio.move_on_after(PROBING), self.generation.used():
            async with self._probing:
                for name in connectors:
                    if why := await _problem(self.generation.bots.get(name)):
                        return f"connector {name}: {why}"
            return ""
        return f"the engines did not answer within {PROBING:g} s"

    async def answer(self, leg: Leg, /) -> None:
        info = leg.info
        token = call_ids.set((info.conversation_id, info.correlation_id))
        try:
            async with self.places.around_call() as busy:
                await self._answer(leg, busy)
        except Exception as error:  # noqa: BLE001  # our own fault: this call is lost, the others are not
            logger.error("internal error: %s%s", cause(error), place(error))  # noqa: TRY400  # its text may be private
            logger.debug("%s", trace(error))
            leg.end(Outcome("error", "internal error"), {})
        finally:
            call_ids.reset(token)

    async def _answer(self, leg: Leg, busy: Busy | None) -> None:
        generation, info = self.generation, leg.info
        bot = generation.bots.get(info.connector)
        if busy or bot is None:  # the transport found it before the configuration was read again
            why = busy or GONE
            self.refused(why, {"connector": info.connector, "conversation_id": info.conversation_id})
            leg.end(Outcome("error", why), {})
            return
        with generation.used():
            await self._run(leg, bot, generation)

    async def _run(self, leg: Leg, bot: Bot, generation: Generation) -> None:
        info = leg.info
        try:
            call = Call(leg, bot, _event_writer(leg, generation), generation.records.grew)
        except Exception as error:
            why = f"internal error: {cause(error)}"
            lost = CallRecord(
                info.id, info.connector, utc_now(), info.conversation_id, outcome="failed", reason=why
            )
            generation.records.call(lost)
            raise
        record = call.record_writer.record
        generation.records.grew(record)
        self.calls.add(call)
        logger.info("call to %s started", info.connector)
        self.measured(CALLS_STARTED.name, 1, {"connector": info.connector})
        try:
            await self.calls.carry(call)
        finally:
            self.calls.remove(call)
            generation.records.call(record)
            labels = {"connector": info.connector, "outcome": record.outcome}
            self.measured(CALLS_ENDED.name, 1, labels)
            _tell_end(record)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Yields the URLs where calls come in. Calls that are left at the end have a little time to end."""
        settings = self.app.settings

        def page(path: str) -> AdminPage | None:
            return self.generation.hooks.admin_page(path)

        async with self.listeners.kept(), self.calls.kept(), anyio.create_task_group() as group:
            await self.listeners.give(self._transport, settings.server)
            urls = await group.start(self._transport.serve, self)
            if settings.admin is not None:
                await group.start(self.listeners.serve_admin, settings.admin, self, page)
            try:
                yield " ".join(urls)
            finally:
                with anyio.CancelScope(shield=True):
                    await self.close()
                group.cancel_scope.cancel()

    def leave(self) -> None:
        """Another process has the same sockets, and takes what comes from now on."""
        if isinstance(self._transport, TakesSockets):
            self._transport.stop_accepting()
        self.listeners.close()
        self.ending.leave()

    async def run(self, on_ready: Callable[[str], None], *beside: Beside) -> None:
        """Until a signal ends it, and then its calls have ended. `beside` runs as long as that."""
        async with self.succession.running():
            with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
                async with self.listening() as urls, anyio.create_task_group() as group:
                    for each in beside:
                        group.start_soon(each)
                    on_ready(urls)
                    await self.ending.wait(signals)
                    group.cancel_scope.cancel()

    async def close(self) -> None:
        """End what is left at once, and wait a little for the peers' answers."""
        await self.ending.close()


def _full(server: Server) -> Busy | None:
    if server.places.are_taken or len(server.calls) >= server.app.settings.server.max_calls:
        return Busy.FULL
    return server.succession.late


async def _problem(bot: Bot | None) -> str:
    if bot is None:
        return GONE
    try:
        await try_bot(bot, PROBING)
    except NoAnswerError as error:
        return str(error)
    return ""


def _event_writer(leg: Leg, generation: Generation) -> Callable[[str], None] | None:
    settings, records = generation.app.settings, generation.records
    if records.directory is None or not settings.connectors[leg.info.connector].events:
        return None
    return EventFile(records.directory / f"events-{events_name(leg.info.id)}.jsonl", records.writer).write


def _tell_end(record: CallRecord) -> None:
    stages = [(s, name) for t in record.turns for name, s in t.latency.items() if name != "total"]
    seconds, name = max(stages, default=(0.0, "none"))
    said = f"call to {record.connector} ended: {record.outcome} after {record.seconds:.1f} s"
    said += f", {len(record.turns)} turns, slowest stage {name} {seconds:.2f} s"
    if record.outcome in BAD_ENDS:
        logger.warning("%s; why: %s", said, record.reason or "not known")
    else:
        logger.info("%s", said)


@asynccontextmanager
async def serving(app: App) -> AsyncIterator[str]:
    """A server inside another program or a test: yields its URL, ends its calls when left."""
    server = Server(app)
    async with server.succession.running(), server.listening() as urls:
        yield urls.partition(" ")[0]
