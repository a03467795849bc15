"""The caller's audio as a client counts it."""

from __future__ import annotations

from typing import Literal

from .durations import format_duration
from .media import RATE

Side = Literal["server", "client"]


class Stream:
    def __init__(self) -> None:
        self._samples = 0
        self._missing = 0  # samples since the pause began
        self._held: set[Side] = set()

    @property
    def position(self) -> float:
        """Seconds. It runs on while the stream is held."""
        return self._samples / RATE

    def advance(self, samples: int) -> bool:
        """Whether they are to be sent."""
        self._samples += samples
        if self._held:
            self._missing += samples
        return not self._held

    def hold(self, side: Side) -> None:
        self._held.add(side)

    def release(self, side: Side) -> tuple[str, dict[str, str]]:
        """The message that says so: audio goes on, or the other side still holds it."""
        self._held.discard(side)
        if self._held:
            return "paused", {}
        missing, self._missing = self._missing / RATE, 0
        return "resumed", _span(self.position - missing, missing)

    def lose(self, seconds: float) -> tuple[str, dict[str, str]]:
        """The message after a line that was congested."""
        start = self.position
        self.advance(round(seconds * RATE))
        return "discarded", _span(start, seconds)


def _span(start: float, length: float) -> dict[str, str]:
    return {"start": format_duration(start), "discarded": format_duration(length)}
