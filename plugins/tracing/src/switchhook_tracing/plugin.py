"""A trace of each call: a turn is exported when all of it is known, and the call when it is over. Its context
goes along with what the call asks for."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from switchhook import AppInfo, CallInfo, CallRecord, Figure, Finding, Turn, TurnRecord, hookimpl
from switchhook_http import call_headers

from .figures import SPANS_LOST
from .ids import traceparent
from .settings import TracingSettings

if TYPE_CHECKING:  # they take a fifth of a second, and only who traces needs them
    from .traces import Traces

BEGAN, DONE = "began", "done"


@hookimpl
def settings_model() -> type[TracingSettings]:
    return TracingSettings


@hookimpl
def figures() -> Sequence[Figure]:
    return [SPANS_LOST]


@hookimpl
def lifespan(app: AppInfo) -> AbstractAsyncContextManager[Traces | None]:
    return _tracing(app.settings_of("tracing"), lambda count: app.measured(SPANS_LOST.name, count, {}))


@asynccontextmanager
async def _tracing(
    settings: TracingSettings, lost: Callable[[int], None] = lambda _: None
) -> AsyncIterator[Traces | None]:
    if settings.endpoint is None:
        yield None
        return
    traces = await to_thread.run_sync(_traces, settings, lost)
    try:
        yield traces
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(traces.close)


def _traces(settings: TracingSettings, lost: Callable[[int], None] = lambda _: None) -> Traces:
    from .traces import Traces

    # it would quote what the collector answers; what is lost is said by us
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    return Traces(settings, lost)


@hookimpl
def call_started(call: CallInfo, plugin: Traces | None) -> None:
    if plugin is not None:
        call.state[BEGAN], call.state[DONE] = time.time_ns(), set()
        _tell(call)


@hookimpl
def turn_started(call: CallInfo, turn: Turn, plugin: Traces | None) -> None:
    if plugin is not None:
        _tell(call, turn.number)


def _tell(call: CallInfo, turn: int = 0) -> None:
    """What is asked for in this task, and in those that it starts from now on, says whom it is for."""
    call_headers.set({"traceparent": traceparent(call.conversation_id, call.id, turn)})


@hookimpl
def turn_recorded(call: CallInfo, turn: TurnRecord, plugin: Traces | None) -> None:
    if plugin is not None and BEGAN in call.state:
        call.state[DONE].add(turn.number)
        plugin.turn(call, turn, call.state[BEGAN])


@hookimpl
def call_ended(call: CallInfo, record: CallRecord, plugin: Traces | None) -> None:
    if plugin is not None and BEGAN in call.state:
        plugin.end(record, call.state[BEGAN], call.state[DONE])


@hookimpl
def check(app: AppInfo) -> AsyncIterator[Finding]:
    return _findings(app.settings_of("tracing"))


async def _findings(settings: TracingSettings) -> AsyncIterator[Finding]:
    if settings.endpoint is None:
        return
    traces = await to_thread.run_sync(_traces, settings)
    try:
        if await to_thread.run_sync(traces.is_taken):
            yield Finding("ok", "tracing", "the collector takes traces")
        else:
            cure = "look at endpoint and headers in [plugins.tracing], and whether the collector runs"
            yield Finding("error", "tracing", "the collector does not take traces", cure)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(traces.close)
