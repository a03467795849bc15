"""A leg without a network: it plays what it is sent on the test's clock and confirms like Genesys does."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import anyio

from ..call.signal import Signal
from ..contract.audio import AudioFormat
from ..contract.leg import (
    Closed,
    CloseReason,
    Digit,
    LanguageChanged,
    LegEvent,
    LegInfo,
    Outcome,
    Pace,
    Paused,
    PlaybackFinished,
    PlaybackStarted,
    Resumed,
    Sink,
    TurnReport,
)

PACE = Pace(rate=10.0, burst=50, largest=100_000, frame=0.25)


class MemoryLeg:
    """`latency` is seconds from here to the peer and back again. `sent` is what the engine sent and when,
    `ear` what the caller heard."""

    def __init__(
        self,
        info: LegInfo | None = None,
        pace: Pace | None = None,
        *,
        latency: float = 0.05,
        answers: bool = True,
    ) -> None:
        self.info = info or LegInfo("leg-1", "test")
        self.audio, self.pace = AudioFormat("PCMU", 8000), pace or PACE
        self.sent: list[tuple[float, bytes]] = []
        self.flushes: list[float] = []
        self.wishes: list[str] = []  # "pause" and "resume", as the engine asked
        self.reports: list[TurnReport] = []
        self.outcome: Outcome | None = None
        self.outputs: dict[str, str] = {}
        self.ear = bytearray()
        self._buffer = bytearray()
        self._latency, self._answers = latency, answers
        self._sink: Sink | None = None
        self._since: float | None = None  # when the peer began to play its buffer
        self._signal = Signal()

    # --- what the engine calls

    def start(self, sink: Sink, /) -> None:
        self._sink = sink

    def play(self, data: bytes, /) -> None:
        self.sent.append((anyio.current_time(), data))
        self._advance()
        self._buffer += data
        self._signal.set()

    def flush(self) -> None:
        self.flushes.append(anyio.current_time())
        self._advance()
        self._buffer.clear()
        self._signal.set()

    def pause(self) -> None:
        self.wishes.append("pause")

    def resume(self) -> None:
        self.wishes.append("resume")

    def tell(self, report: TurnReport, /) -> None:
        self.reports.append(report)

    def end(self, outcome: Outcome, variables: Mapping[str, str], /) -> None:
        if self.outcome is None:
            self.outcome, self.outputs = outcome, dict(variables)
            self._signal.set()

    # --- what a test calls

    def press(self, key: str) -> None:
        self._deliver(Digit(key))

    def speak(self, audio: bytes) -> None:
        if self._sink is not None:
            self._sink.audio(audio)

    def pause_caller(self) -> None:
        """A pause of the peer's own."""
        self._deliver(Paused())

    def resume_caller(self) -> None:
        self._deliver(Resumed())

    def change_language(self, language: str) -> None:
        self._deliver(LanguageChanged(language))

    def close(self, reason: CloseReason = "hung_up", detail: str = "") -> None:
        self._deliver(Closed(reason, detail))

    def _deliver(self, event: LegEvent) -> None:
        if self._sink is not None:
            self._sink.event(event)

    # --- the peer

    def _advance(self) -> None:
        """Move what has been played until now to the ear."""
        if self._since is None:
            return
        now = anyio.current_time()
        size = min(len(self._buffer), round((now - self._since) * self.audio.bytes_per_second))
        self.ear += self._buffer[:size]
        del self._buffer[:size]
        self._since += self.audio.seconds(size)

    async def run(self) -> None:
        while True:
            self._advance()
            now = anyio.current_time()
            if self.outcome is not None and self._answers:
                self._deliver(Closed("ended"))
                return
            if self._since is None and self._buffer:
                await anyio.sleep(self._latency)
                self._since = anyio.current_time()
                self._confirm(PlaybackStarted())
            elif self._since is not None and not self._buffer:
                self._since = None
                self._confirm(PlaybackFinished())
            else:
                left = self.audio.seconds(len(self._buffer)) if self._since is not None else inf
                await self._signal.wait(now + left + 1e-4 if left != inf else inf)

    def _confirm(self, event: PlaybackStarted | PlaybackFinished) -> None:
        if self.pace.confirms:
            self._deliver(event)
