"""Takes the caller's audio to a recognition, and keeps what comes before there is one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import inf

import anyio

from ..errors import cause
from ..speech import Parameters, Recognition, SpeechToText
from .events import Event, Failure, Faulted
from .line import Line
from .playout import Signal

KEPT = 30.0  # seconds of caller audio that wait for a recognition to open
OPENING = 5.0  # seconds that an engine may take to open until the next one is tried


class Hearing:
    """`take` is called for every frame; it is `feed` of the open recognition wherever that is possible."""

    def __init__(
        self,
        engines: Sequence[SpeechToText],
        line: Line,
        emit: Callable[[Event], None],
        received: Callable[[], int],
    ) -> None:
        self._engines, self._line, self._emit, self._received = engines, line, emit, received
        self._early: deque[bytes] = deque()
        self._kept = 0
        self._base = 0
        self.take: Callable[[bytes], None] = self._keep
        self._wanted: tuple[str, Parameters] = ("", {})
        self._recognition: Recognition | None = None
        self._patience = anyio.CancelScope()
        self._opened = self._switching = self._resting = False
        self._awake = Signal()  # after resting

    @property
    def fed(self) -> float:
        """Seconds of audio that the open recognition was given: what its times count from."""
        return self._line.audio.seconds(self._received() - self._base)

    def _keep(self, data: bytes) -> None:
        self._early.append(data)
        self._kept += len(data)
        while self._kept > self._line.audio.size(KEPT):
            self._kept -= len(self._early.popleft())

    async def listen(self, language: str, parameters: Parameters) -> None:
        """Engines are tried in order; when the last has failed, so has the call."""
        self._wanted = (language, parameters)
        problem = "no engine"
        for engine in self._engines:
            problem = await self._stay_with(engine)
            if engine is not self._engines[-1]:
                self._emit(Faulted("recognition", "engine", problem))
        self._emit(Failure("recognition", problem))

    def speak(self, language: str) -> None:
        """The conversation goes on in another language."""
        if self._resting:
            self._wanted = (language, self._wanted[1])
        else:
            self.change(language, self._wanted[1])

    def change(self, language: str, parameters: Parameters | None) -> None:
        """What was heard until now is recognised as before, what comes from now on as is wanted now. None: no
        recognition at all, until there are parameters again."""
        if parameters is None:
            self._rest()
            return
        if self._resting:
            self._resting, self._wanted = False, (language, parameters)
            self.take = self._keep
            self._awake.set()
            return
        if (language, parameters) == self._wanted:
            return
        self._wanted = (language, parameters)
        if self._recognition is None or self._recognition.configure(language, parameters):
            return
        self._switch(self._recognition)

    def _rest(self) -> None:
        self._resting = True
        self._early.clear()
        self._kept = 0
        if self._recognition is not None:
            self._switch(self._recognition)
        self.take = self._pass

    def _pass(self, data: bytes) -> None:
        """Unheard; it has been counted."""

    def _switch(self, old: Recognition) -> None:
        self.take, self._recognition, self._switching = self._keep, None, True
        self._patience.deadline = anyio.current_time() + OPENING  # for its last words
        old.finish()

    async def _stay_with(self, engine: SpeechToText) -> str:
        """One recognition after another, as what is wanted changes. Why the last one ended."""
        good: tuple[str, Parameters] | None = None
        while True:
            while self._resting:
                await self._awake.wait()
            wanted = self._wanted
            with anyio.CancelScope(deadline=anyio.current_time() + OPENING) as self._patience:
                problem = await self._listen(engine, *wanted)
            if self._patience.cancelled_caught:
                problem = f"did not open within {OPENING:g} s"
            if self._switching:
                good, self._switching = wanted, False
            elif good is not None and wanted != good and not self._opened:
                self._emit(Faulted("recognition", "engine", problem))
                if self._wanted == wanted:
                    self._wanted = good  # better as before than not at all
            else:
                return problem

    async def _listen(self, engine: SpeechToText, language: str, parameters: Parameters) -> str:
        """Why it ended."""
        self._opened = False
        direct = self._line.audio in engine.formats
        audio = self._line.audio if direct else self._line.audio.linear
        try:
            async with engine.open(audio, language, parameters) as recognition:
                self._patience.deadline, self._opened = inf, True
                self._pour(self._line.decoder(recognition.feed, direct))
                self._recognition = recognition
                if self._resting:
                    self._switch(recognition)
                    self.take = self._pass
                elif self._wanted != (language, parameters):  # it changed while this one was opening
                    self._switch(recognition)
                try:
                    async for heard in recognition:
                        self._emit(heard)
                finally:
                    # not to an engine that takes its time to close
                    self.take, self._recognition = self._pass if self._resting else self._keep, None
        except Exception as error:  # noqa: BLE001  # an engine may raise anything; the next one is tried, or the call ends well
            return cause(error)
        return "the recognition ended by itself"

    def _pour(self, feed: Callable[[bytes], None]) -> None:
        self._base = self._received() - self._kept
        while self._early:
            feed(self._early.popleft())
        self._kept = 0
        self.take = feed
