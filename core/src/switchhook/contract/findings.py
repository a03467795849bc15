"""What `switchhook check` reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was verified. `cure` says what a person does about it; empty only where `level` is
    "ok"."""

    level: Literal["ok", "warning", "error"]
    subject: str  # a plugin, or a table of the configuration
    text: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class AdminPage:
    """A page of the admin port."""

    content: bytes
    content_type: str = "text/plain; charset=utf-8"
