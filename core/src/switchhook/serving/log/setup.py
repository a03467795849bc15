"""Logs go to standard error, a line each; every line of a call carries its ids."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from ...contract.traces import trace
from ...contract.visible import visible, visible_json
from .stream import LogStream

call_ids: ContextVar[tuple[str, str]] = ContextVar("switchhook_call_ids", default=("", ""))
"""Conversation and correlation id of the call that runs in this context."""


LOUD = ("urllib3", "requests", "aiohttp", "botocore", "opentelemetry", "sqlalchemy")
"""Libraries that log what they send and take: below warnings none of it. A plugin silences its own."""

QUOTING = ("asyncio", "concurrent")
"""Those whose messages quote exceptions and what functions were given."""

QUOTE = re.compile(r"[\n(<'\"]")


class _CallFilter(logging.Filter):
    worker: int | None = None  # which one of several this process is

    def filter(self, record: logging.LogRecord) -> bool:
        record.conversation, record.correlation = call_ids.get()
        record.worker = self.worker
        if record.name.partition(".")[0] in QUOTING:
            record.msg, record.args = QUOTE.split(record.getMessage())[0].rstrip(), None
        return True


def _exception(record: logging.LogRecord) -> str:
    """Where it came from, without its text; nothing where there is none."""
    error = record.exc_info[1] if record.exc_info else None
    return "" if error is None else trace(error)


class _Human(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        ids = " ".join(part for part in (record.conversation, record.correlation) if part)  # type: ignore[attr-defined]  # set by _CallFilter
        where = f" [{ids}]" if ids else ""
        worker = "" if record.worker is None else f"worker {record.worker}: "  # type: ignore[attr-defined]  # set by _CallFilter
        told = f"{worker}{record.getMessage()}{where}"
        text = f"{clock}.{int(record.msecs):03} {record.levelname.lower():7} {visible(told)}"
        if where := _exception(record):
            text += f"\n{visible(where, lines=True)}"
        return text


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "worker": record.worker,  # type: ignore[attr-defined]  # set by _CallFilter
            "logger": record.name,
            "message": record.getMessage(),
            "conversation_id": record.conversation,  # type: ignore[attr-defined]  # set by _CallFilter
            "correlation_id": record.correlation,  # type: ignore[attr-defined]  # set by _CallFilter
        }
        line["exception"] = _exception(record)
        kept = {key: value for key, value in line.items() if value not in ("", None)}
        return visible_json(json.dumps(kept, ensure_ascii=False))


class _Handler(logging.StreamHandler[LogStream | TextIO]):
    def close(self) -> None:
        if isinstance(self.stream, LogStream):
            self.stream.close()
        super().close()


def set_up(form: str, level: str) -> None:
    handler = _Handler(_standard_error())
    handler.addFilter(_CallFilter())
    handler.setFormatter(_Json() if form == "json" else _Human())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # the log of a library may hold what a caller said, or a key
    logging.getLogger("websockets").setLevel(logging.ERROR)
    for name in LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)


def name_worker(slot: int) -> None:
    """From now on every line says which of several workers wrote it."""
    for handler in logging.getLogger().handlers:
        for each in handler.filters:
            if isinstance(each, _CallFilter):
                each.worker = slot


def say(text: str) -> None:
    """A line for whoever started the server, after what was logged before."""
    if (stream := _log_stream()) is not None:
        stream.write(f"{text}\n")
    else:
        print(text, file=sys.stderr, flush=True)  # noqa: T201  # the command line speaks


def settle() -> None:
    """Waits a little, so that what was logged is written."""
    if (stream := _log_stream()) is not None:
        stream.settle()


def _standard_error() -> LogStream | TextIO:
    try:
        # one of its own: a plugin may put standard error aside while a library talks
        return LogStream(os.dup(sys.stderr.fileno()))
    except (io.UnsupportedOperation, AttributeError):  # a stand-in, in a test for instance
        return sys.stderr


def _log_stream() -> LogStream | None:
    streams = (each.stream for each in logging.getLogger().handlers if isinstance(each, _Handler))
    return next((each for each in streams if isinstance(each, LogStream)), None)
