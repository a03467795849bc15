"""Logs go to standard error, a line each; every line of a call carries its ids."""

from __future__ import annotations

import json
import logging
import sys
import time
from contextvars import ContextVar

call_ids: ContextVar[tuple[str, str]] = ContextVar("switchhook_call_ids", default=("", ""))
"""Conversation and correlation id of the call that runs in this context."""


class _CallFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.conversation, record.correlation = call_ids.get()
        return True


class _Human(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(record.created))
        ids = " ".join(part for part in (record.conversation, record.correlation) if part)  # type: ignore[attr-defined]  # set by _CallFilter
        where = f" [{ids}]" if ids else ""
        text = f"{clock}.{int(record.msecs):03} {record.levelname.lower():7} {record.getMessage()}{where}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "conversation_id": record.conversation,  # type: ignore[attr-defined]  # set by _CallFilter
            "correlation_id": record.correlation,  # type: ignore[attr-defined]  # set by _CallFilter
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps({key: value for key, value in line.items() if value != ""}, ensure_ascii=False)


def set_up(form: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_CallFilter())
    handler.setFormatter(_Json() if form == "json" else _Human())
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    # a library's own talk may carry what a caller said
    logging.getLogger("websockets").setLevel(logging.ERROR)
