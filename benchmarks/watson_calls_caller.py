"""One caller of `watson_calls.py`: hears a prompt to its end, then speaks, and so on until he hangs up."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence

import relay_load
from watson_calls_engines import FILLER, FRAME, GREETING, SILENT, WORDS, sound

from switchhook_audiohook.protocol import ClientSession, ClientState, events
from switchhook_genesys_tools.dial.playback import Finished, Playback, Started

PHRASE = 7  # words in one utterance
PAUSES = (1, 5)  # frames until the caller speaks; all alike would make callers speak in chorus
PATIENCE = 10.0  # seconds for a prompt to come whole; then the caller goes on without


class Talker(relay_load.Caller):
    """One caller. `turns` counts what was said, `whole` the answers that were heard from end to end."""

    session: ClientSession

    def __init__(self, session: ClientSession, number: int) -> None:
        super().__init__(session)
        self.spoken: list[int] = []
        self.turns = self.whole = self.fillers = 0
        self.waits: list[float] = []  # from the end of an utterance to the first sound of its answer
        self.problem = ""
        self.ending = False
        self.greeted, self.over = asyncio.Event(), asyncio.Event()
        self._next = number
        self._random = random.Random(number)  # of one run as of another
        self._pause = 0
        self._ahead: deque[int] = deque()
        self._owed, self._heard = sound(GREETING), bytearray()
        self._asked: float | None = None  # an answer that has not begun
        self._since = time.monotonic()
        self._playback = Playback()
        self._dry: asyncio.TimerHandle | None = None

    # --- What comes

    def text(self, message: str, /) -> None:
        for event in self.session.receive_text(message):
            if isinstance(event, events.Opened):
                self.ready.set()
            elif isinstance(event, events.BargeIn):
                self._tell(self._playback.drop(time.monotonic()))
            elif isinstance(event, events.Disconnected | events.ProtocolViolation):
                self.problem = str(event)
        self.flush()

    def binary(self, message: bytes, /) -> None:
        audio = self.session.receive_audio(message)
        self._heard += audio
        self._tell(self._playback.receive(audio, time.monotonic()))

    def lost(self, why: str, /) -> None:
        if self.session.state is not ClientState.CLOSED:
            self.session.connection_lost()
            self.problem = self.problem or why
        self._finish()

    def _tell(self, told: Sequence[Started | Finished]) -> None:
        """Genesys says when it begins to play, and when it holds nothing more."""
        for each in told:
            started = isinstance(each, Started)
            self.session.send("playback_started" if started else "playback_completed")
            if started and self._asked is not None:
                self.waits.append(each.at - self._asked)
                self._asked = None
        self.flush()
        self._watch()

    def _watch(self) -> None:
        if self._dry is not None:
            self._dry.cancel()
        if (due := self._playback.deadline()) is not None:
            later = due - time.monotonic()
            self._dry = asyncio.get_running_loop().call_later(max(0.0, later), self._run_dry)

    def _run_dry(self) -> None:
        self._tell(self._playback.advance(time.monotonic()))

    # --- What goes

    def speak(self, due: float) -> None:
        if self.over.is_set():
            return
        if self.session.state is ClientState.OPEN:
            self.session.send_audio(self._frame())
        self.session.tick()  # sends its pings
        self.flush()
        if self.session.state is ClientState.CLOSED:
            self._finish()
            return
        asyncio.get_running_loop().call_at(due + FRAME, self.speak, due + FRAME)

    def _frame(self) -> bytes:
        if not self._ahead and self._is_my_turn():
            self._take_turn()
        if not self._ahead:
            return SILENT
        self._asked = self._since = time.monotonic()
        return sound([self._ahead.popleft()])

    def _is_my_turn(self) -> bool:
        if time.monotonic() > self._since + PATIENCE:
            return True
        if self._playback.playing or len(self._answer()) < len(self._owed):
            return False
        self._pause -= 1
        return self._pause < 0

    def _answer(self) -> bytes:
        return bytes(self._heard).replace(bytes([FILLER]), b"")

    def _take_turn(self) -> None:
        answer = self._answer()
        self.fillers += len(answer) < len(self._heard)
        self.whole += answer == self._owed
        self._asked = None
        if self.ending:
            self.session.close()
            return
        self.greeted.set()
        words = [1 + (self._next + at) % WORDS for at in range(PHRASE)]  # neighbours differ
        self._next += PHRASE
        self.turns += 1
        self.spoken += words
        self._ahead.extend(words)
        self._pause = self._random.randint(*PAUSES)
        self._owed, self._heard = sound(words), bytearray()

    def _finish(self) -> None:
        if self._dry is not None:
            self._dry.cancel()
        self.greeted.set()
        self.over.set()
