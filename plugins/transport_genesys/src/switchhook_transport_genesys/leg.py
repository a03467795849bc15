"""One caller, as the engine sees it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from switchhook import (
    AudioFormat,
    Closed,
    Gap,
    LegEvent,
    LegInfo,
    Outcome,
    Pace,
    Paused,
    Resumed,
    Sink,
    TurnReport,
)
from switchhook_audiohook.protocol import MAX_SENT
from switchhook_audiohook.protocol.rates import BELOW

PCMU = AudioFormat("PCMU", 8000)
PACE = Pace(frame=0.25, rate=BELOW.sustained, burst=BELOW.burst, largest=MAX_SENT, lead=0.5, confirms=True)
MAX_EARLY_AUDIO = 30.0  # seconds: the most that a client keeps for a server that is slow to open
MAX_EARLY_ITEMS = 10_000


class LegConnection(Protocol):
    """What a leg asks of its connection. Nothing blocks or raises."""

    def send_audio(self, data: bytes, /) -> None: ...
    def barge_in(self) -> None: ...
    def hold_caller(self, on: bool, /) -> None: ...
    def report(self, report: TurnReport, /) -> None: ...
    def disconnect(self, outcome: Outcome, variables: Mapping[str, str], /) -> None: ...


class GenesysLeg:
    def __init__(self, info: LegInfo, line: LegConnection, audio: AudioFormat = PCMU) -> None:
        self._info, self._line, self._audio = info, line, audio
        self._sink: Sink | None = None
        self.hear: Callable[[bytes], None] = self._keep  # for every frame: the sink's own, once there is one
        self._early: deque[bytes | LegEvent] = deque()
        self._early_size = 0
        self._paused = False  # by the client
        self._dropped = 0  # bytes of audio that did not fit after the early audio
        self._over = False  # `end` was called, or Closed delivered
        self._closed = False

    @property
    def info(self) -> LegInfo:
        return self._info

    @property
    def audio(self) -> AudioFormat:
        return self._audio

    @property
    def pace(self) -> Pace:
        return PACE

    def start(self, sink: Sink, /) -> None:
        for item in self._early:
            if isinstance(item, bytes):
                sink.audio(item)
            else:
                sink.event(item)
        if self._dropped:
            sink.event(Gap(self._audio.seconds(self._early_size), self._audio.seconds(self._dropped)))
        self._early.clear()
        self._sink, self.hear = sink, sink.audio

    def play(self, data: bytes, /) -> None:
        if data and not self._over:
            self._line.send_audio(data)

    def flush(self) -> None:
        if not self._over:
            self._line.barge_in()

    def pause(self) -> None:
        if not self._over:
            self._line.hold_caller(True)

    def resume(self) -> None:
        if not self._over:
            self._line.hold_caller(False)

    def tell(self, report: TurnReport, /) -> None:
        if not self._over:
            self._line.report(report)

    def end(self, outcome: Outcome, variables: Mapping[str, str], /) -> None:
        if not self._over:
            self._over = True
            self._line.disconnect(outcome, variables)

    # --- From the connection

    def _keep(self, data: bytes) -> None:
        if (
            self._early_size + len(data) > self._audio.size(MAX_EARLY_AUDIO)
            or len(self._early) >= MAX_EARLY_ITEMS
        ):
            self._dropped += len(data)
        else:
            self._early.append(data)
            self._early_size += len(data)

    def notice(self, event: LegEvent) -> None:
        """Nothing follows Closed. A pause is told once, and the end of one only if it was the client's."""
        if self._closed or (isinstance(event, Paused | Resumed) and not self._turn(event)):
            return
        if isinstance(event, Closed):
            self._over = self._closed = True
        if self._sink is not None:
            self._sink.event(event)
        elif self._closed or len(self._early) < MAX_EARLY_ITEMS:
            self._early.append(event)

    def _turn(self, event: Paused | Resumed) -> bool:
        """Whether the event changes something."""
        was, self._paused = self._paused, isinstance(event, Paused)
        return was is not self._paused
