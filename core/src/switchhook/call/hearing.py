"""Takes the caller's audio to a recognition, and keeps what comes before there is one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from ..errors import cause
from ..speech import Parameters, SpeechToText
from .events import Event, Failure
from .line import Line

KEPT = 30.0  # seconds of caller audio that wait for a recognition to open


class Hearing:
    """`take` is called for every frame; it is `feed` of the open recognition wherever that is possible."""

    def __init__(self, engines: Sequence[SpeechToText], line: Line, emit: Callable[[Event], None]) -> None:
        self._engines, self._line, self._emit = engines, line, emit
        self._early: deque[bytes] = deque()
        self._kept = 0
        self.take: Callable[[bytes], None] = self._keep

    def _keep(self, data: bytes) -> None:
        self._early.append(data)
        self._kept += len(data)
        while self._kept > self._line.audio.size(KEPT):
            self._kept -= len(self._early.popleft())

    async def listen(self, language: str, parameters: Parameters) -> None:
        """Engines are tried in order; when the last has failed, so has the call."""
        problem = "no engine"
        for engine in self._engines:
            direct = self._line.audio in engine.formats
            audio = self._line.audio if direct else self._line.audio.linear
            try:
                async with engine.open(audio, language, parameters) as recognition:
                    self._pour(self._line.decoder(recognition.feed, direct))
                    async for heard in recognition:
                        self._emit(heard)
                    problem = "the recognition ended by itself"
            except Exception as error:  # noqa: BLE001  # an engine may raise anything; the next one is tried, or the call ends well
                problem = cause(error)
            finally:
                self.take = self._keep
        self._emit(Failure("recognition", problem))

    def _pour(self, feed: Callable[[bytes], None]) -> None:
        while self._early:
            feed(self._early.popleft())
        self._kept = 0
        self.take = feed
