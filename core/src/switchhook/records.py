"""The call record: what happened, turn by turn, whatever happened. Schema 1.

Texts, digits and variable values in it are masked as the connector says.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

SCHEMA = 1
REFUSALS_A_MINUTE = 60


@dataclass(slots=True)
class TurnRecord:
    """`at` is seconds since the call began. `latency` holds seconds: `recognition` (end of speech to its
    final), `assistant` (turn sent to first response), `synthesis` (first text to first sound sent), `total`
    (end of speech or key to first sound sent)."""

    number: int
    kind: str
    at: float
    text: str = ""
    confidence: float | None = None
    barge_in: dict[str, float] | None = None  # `at`, and seconds `heard` of what was cut
    latency: dict[str, float] = field(default_factory=dict)
    actions: list[dict[str, Any]] = field(
        default_factory=list
    )  # `response` (place in the reply), `action`, `plugin`
    said: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CallRecord:
    """One opened call. `outcome` is one of completed, handed_over, hung_up, lost, failed, max_call, stopped."""

    id: str
    connector: str
    started: str  # UTC, ISO 8601
    conversation_id: str = ""
    correlation_id: str = ""
    organization_id: str = ""
    api_version: str = ""
    language: str = ""
    ani: str = ""
    dnis: str = ""
    seconds: float = 0.0
    outcome: str = ""
    reason: str = ""
    closed: str = ""  # how the leg ended, as the transport says
    turns: list[TurnRecord] = field(default_factory=list)
    not_performed: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    input_variables: dict[str, Any] = field(default_factory=dict)
    output_variables: dict[str, Any] = field(default_factory=dict)
    caller_audio: float = 0.0  # seconds received
    gaps: float = 0.0  # seconds of caller audio that never came
    prompt_audio: float = 0.0  # seconds heard by the caller
    schema: int = SCHEMA
    kind: str = "call"

    def line(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class RecordFile:
    """One JSON Lines file a day, readable by its owner alone. Without a directory nothing is kept."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory
        self._minute, self._refused = "", 0

    def call(self, record: CallRecord) -> None:
        self._write(record.line())

    def refusal(self, reason: str, details: Mapping[str, object]) -> None:
        """Short, and bounded in number: who floods a server must not fill its disk."""
        now = utc_now()
        if now[:16] != self._minute:
            self._minute, self._refused = now[:16], 0
        self._refused += 1
        if self._refused <= REFUSALS_A_MINUTE:
            line = {"schema": SCHEMA, "kind": "refused", "at": now, "reason": reason, **details}
            self._write(json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str))

    def _write(self, line: str) -> None:
        if self._directory is None:
            return
        try:
            append_private(self._directory / f"calls-{utc_now()[:10]}.jsonl", line)
        except OSError as error:
            # the record is not lost: who reads the log still has it
            logger.error("cannot write to %s: %s; record: %s", self._directory, error.strerror, line)  # noqa: TRY400


def append_private(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)
