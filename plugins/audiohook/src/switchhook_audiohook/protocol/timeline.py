"""The caller's audio as a server counts it."""

from __future__ import annotations

from .media import RATE

DRIFT = 1.0  # seconds: audio on its way explains no more


class Timeline:
    def __init__(self) -> None:
        self.samples = 0
        self._adrift = False

    @property
    def position(self) -> float:
        """Seconds that have come or are known to be missing."""
        return self.samples / RATE

    def jump(self, position: float) -> None:
        self.samples = round(position * RATE)

    def drift(self, claimed: float) -> float | None:
        """How far the client is ahead by its own account, the first time that it is too far off."""
        ahead = claimed - self.position
        was, self._adrift = self._adrift, abs(ahead) > DRIFT
        return ahead if self._adrift and not was else None
