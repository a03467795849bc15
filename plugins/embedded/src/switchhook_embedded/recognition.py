"""One caller being listened to: a Recognition as core knows it.

Audio passes through three places: the event loop (this module, `results`), the engine's listening thread
(`listener`, `ear`, `endpoint`, `vad`) and a decoder's thread (`decoding`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection

from switchhook import Parameters, SpeechStarted, Transcript

from .listener import Listener
from .parameters import Ignored, hang_time, match_language
from .results import RecognitionResults


class EmbeddedRecognition:
    def __init__(
        self, listener: Listener, results: RecognitionResults, languages: Collection[str], ignored: Ignored
    ) -> None:
        self._listener, self._results = listener, results
        self._languages, self._ignored = languages, ignored
        self._finished = False

    def feed(self, audio: bytes, /) -> None:
        if not self._finished and not self._results.over:
            self._listener.feed(audio)

    def configure(self, language: str, parameters: Parameters, /) -> bool:
        """In place as long as the engine knows the language; the hang time counts from now on."""
        if match_language(language, self._languages) is None:
            return False
        hang = hang_time(parameters, self._ignored)
        if hang is not None:
            self._listener.ear.endpointer.hang = hang
        return True

    def finish(self) -> None:
        self._finished = True
        self._listener.finish()

    def close(self) -> None:
        self._listener.close()
        self._results.close()

    def __aiter__(self) -> AsyncIterator[SpeechStarted | Transcript]:
        return self

    async def __anext__(self) -> SpeechStarted | Transcript:
        told = await self._results.next()
        if told is None:
            raise StopAsyncIteration
        return told
