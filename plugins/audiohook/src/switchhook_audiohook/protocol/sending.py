"""A client's messages and audio, in one order."""

from __future__ import annotations

from .durations import format_duration
from .ledger import Ledger
from .stream import Stream


class Sending:
    """Each message says the position of the caller's audio."""

    def __init__(self, ledger: Ledger, stream: Stream) -> None:
        self._ledger, self._stream = ledger, stream
        self._written: list[str | bytes] = []

    def add(self, kind: str, parameters: object) -> None:
        self._written.append(
            self._ledger.write(kind, parameters, position=format_duration(self._stream.position))
        )

    def audio(self, data: bytes) -> None:
        self._written.append(data)

    def take(self) -> list[str | bytes]:
        written, self._written = self._written, []
        return written
