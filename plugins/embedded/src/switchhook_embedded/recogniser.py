"""Speech to text from decoders: what an offline engine has to add is how it turns samples into words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from switchhook import AudioFormat, Parameters, SpeechError

from .decoding import Decoder, DecoderPool
from .ear import Ear
from .listener import Listener
from .parameters import Ignored, initial_hang, require_language
from .recognition import EmbeddedRecognition
from .results import RecognitionResults
from .samples import RATE
from .threads import WorkerThreads
from .vad import SileroModel


class EmbeddedSpeechToText:
    """A SpeechToText for asyncio. Models are loaded when it is made, one decoder for each thread of the
    pool; threads run while recognitions are open. Another rate than 8 kHz is converted."""

    formats: Sequence[AudioFormat] = (AudioFormat("PCM", RATE),)

    def __init__(
        self,
        name: str,
        decoders: Sequence[Decoder],
        *,
        interims: bool = True,
        languages: Sequence[str] = ("en-US",),
    ) -> None:
        self._name, self._interims, self.languages = name, interims, languages
        self._ignored = Ignored(name)
        self._pool = DecoderPool(name, decoders)
        self._threads: WorkerThreads[None] = WorkerThreads(f"{name}-listen", [None])
        self._model = SileroModel()
        self._listeners: set[Listener] = set()

    def behind(self) -> float:
        """Of finals that wait for a decoder, and audio that waits to be listened to."""
        return max([self._pool.behind(), *(each.behind() for each in self._listeners)])

    @asynccontextmanager
    async def open(
        self, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[EmbeddedRecognition]:
        if audio.encoding != "PCM":
            raise SpeechError(f"{self._name} takes linear samples (PCM), got {audio.encoding}")
        require_language(self._name, language, self.languages)
        ear = Ear(self._model.detector(), audio.rate, initial_hang(parameters, self._ignored))
        results = RecognitionResults(self._name)
        with self._threads.working(), self._pool.working():
            listener = Listener(ear, results, self._pool, self._threads, interims=self._interims)
            self._listeners.add(listener)
            recognition = EmbeddedRecognition(listener, results, self.languages, self._ignored)
            try:
                yield recognition
            finally:
                self._listeners.discard(listener)
                recognition.close()
