"""What `switchhook check` reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .visible import visible


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was verified. `cure` says what a person does about it; empty only where `level` is "ok".
    The texts may quote a service: control characters in them are made visible."""

    level: Literal["ok", "warning", "error"]
    subject: str  # a plugin, or a table of the configuration
    text: str
    cure: str = ""

    def __post_init__(self) -> None:
        for name in ("subject", "text", "cure"):
            object.__setattr__(self, name, visible(getattr(self, name), lines=True))


@dataclass(frozen=True, slots=True)
class AdminPage:
    """A page of the admin port. Raises TypeError and ValueError for what cannot be sent."""

    content: bytes
    content_type: str = "text/plain; charset=utf-8"

    def __post_init__(self) -> None:
        if not isinstance(self.content, bytes):
            raise TypeError(f"content: expected bytes, got {type(self.content).__name__}")
        if not (self.content_type.isascii() and self.content_type.isprintable()):
            raise ValueError("content_type: expected plain letters and signs, such as 'text/html'")
