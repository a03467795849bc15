"""What has come to the emulated services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .behaviour import ServiceName

LONGEST = 10_000  # entries; of more the oldest are forgotten


@dataclass(frozen=True, slots=True)
class Seen:
    """A request, or a message on a WebSocket (`method` is "MESSAGE", and of the audio only the connection is
    seen). Names of headers are in lower case; `body` is JSON, or a form's fields."""

    service: ServiceName
    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


def keep(log: list[Seen], seen: Seen) -> None:
    if len(log) >= LONGEST:
        del log[0]
    log.append(seen)
