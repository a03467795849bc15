"""The caller's audio as a client counts it."""

from __future__ import annotations

from typing import Literal

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

    def release(self, side: Side) -> tuple[float, float] | None:
        """Start and length of what is missing, in seconds; None while the other side holds it."""
        self._held.discard(side)
        if self._held:
            return None
        missing, self._missing = self._missing / RATE, 0
        return self.position - missing, missing
