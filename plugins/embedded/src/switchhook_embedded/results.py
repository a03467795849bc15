"""What a recognition tells its call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from switchhook import SpeechError, SpeechStarted, Transcript

from .endpoint import Utterance
from .order import InOrder

# what engines make of noises, and how short a sound they make it of
INVENTED, INVENTED_BELOW = {"you", "uh", "so"}, 0.3

BEHIND = 1.0  # seconds after the end of an utterance until it is told that its words are still to come

Told = SpeechStarted | Transcript | SpeechError | None


class RecognitionResults:
    """Belongs to the asyncio event loop in which it was made; from threads only `post` is called."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        # its size is bounded by the audio fed: a few entries for each utterance
        self._told: asyncio.Queue[Told] = asyncio.Queue()
        self._order = InOrder()
        self.over = False  # ended, failed or closed: nothing more is told

    def post(self, method: Callable[..., None], *arguments: object) -> None:
        """Have one of the methods below called in the event loop."""
        with suppress(RuntimeError):  # the loop is closed, and with it the call
            self._loop.call_soon_threadsafe(method, *arguments)

    def started(self, at: float) -> None:
        self._tell([SpeechStarted(at)])

    def awaited(self, utterance: Utterance) -> None:
        """It is being decoded. If that takes long, the call is told that there is something to wait for."""
        self._loop.call_later(BEHIND, self._ask_for_patience, utterance)

    def _ask_for_patience(self, utterance: Utterance) -> None:
        if not self._order.told(utterance.number):
            self._tell([Transcript("", False, utterance.start, utterance.end)])

    def decoded(self, utterance: Utterance, result: str | Exception) -> None:
        if isinstance(result, Exception):
            self.failed(result)
            return
        if utterance.voiced < INVENTED_BELOW and result.strip(".,!? ").lower() in INVENTED:
            result = ""
        transcript = Transcript(result, utterance.final, utterance.start, utterance.end)
        take = self._order.final if utterance.final else self._order.interim
        self._tell(take(utterance.number, transcript))

    def failed(self, error: Exception) -> None:
        why = f"{self._engine} failed: {type(error).__name__}"
        failure = SpeechError(why, reason=why)
        failure.__cause__ = error
        self._close_with(failure)

    def ended(self, total: int) -> None:
        """No more audio; the last final comes when `total` utterances have been told."""
        self._order.end(total)
        self._tell([])

    def close(self) -> None:
        self._close_with(None)

    async def next(self) -> SpeechStarted | Transcript | None:
        """None at the end. Raises SpeechError."""
        told = await self._told.get()
        if isinstance(told, SpeechStarted | Transcript):
            return told
        self._told.put_nowait(told)  # the end stays the end for whoever asks again
        if told is not None:
            raise told
        return None

    def _tell(self, events: list[SpeechStarted] | list[Transcript]) -> None:
        if self.over:
            return
        for event in events:
            self._told.put_nowait(event)
        if self._order.complete:
            self._close_with(None)

    def _close_with(self, last: SpeechError | None) -> None:
        if not self.over:
            self.over = True
            self._told.put_nowait(last)
