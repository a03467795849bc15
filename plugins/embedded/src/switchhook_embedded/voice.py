"""Text to speech from a synthesiser: what an offline voice has to add is how it says one sentence."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Protocol

import anyio.to_thread

from switchhook import AudioFormat, Parameters, SpeechError

from .parameters import Ignored, require_language
from .pieces import spoken_pieces, without_rulers
from .samples import Samples, level, resample, to_pcm
from .scripts import cannot_say, require_speakable


class Synthesiser(Protocol):
    """One voice. `speak` is called in worker threads, in several at once."""

    @property
    def rate(self) -> int: ...
    @property
    def languages(self) -> Sequence[str]: ...
    def speak(self, sentence: str, language: str, /) -> Samples: ...


class EmbeddedTextToSpeech:
    """A TextToSpeech. A piece of a text is made when it is asked for, so leaving early costs one at most."""

    ssml = False
    max_bytes = 10_000  # some ten minutes of speech

    def __init__(
        self,
        name: str,
        synthesiser: Synthesiser,
        threads: int,
        scripts: Collection[str] = (),
        close: Callable[[], None] | None = None,
    ) -> None:
        """So many `threads` speak at once; the pieces of all calls come by in turn. `scripts`: whose letters
        can be said, as `LATIN`; none: any. `close` frees what the synthesiser holds."""
        self._name, self._synthesiser, self._scripts = name, synthesiser, scripts
        self._close = close
        self._ignored = Ignored(name)
        self._limiter = anyio.CapacityLimiter(threads)
        self.formats: Sequence[AudioFormat] = (AudioFormat("PCM", 8000), AudioFormat("PCM", synthesiser.rate))

    @property
    def languages(self) -> Sequence[str]:
        return self._synthesiser.languages

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        if audio.encoding != "PCM":
            raise SpeechError(f"{self._name} gives linear samples (PCM), asked for {audio.encoding}")
        spoken = require_language(self._name, language, self._synthesiser.languages)
        require_speakable(self._name, text, self._scripts)
        self._ignored.tell(parameters)
        async with aclosing(self._chunks(text, audio.rate, spoken)) as chunks:
            yield chunks

    async def aclose(self) -> None:
        if self._close is not None:
            await anyio.to_thread.run_sync(self._close)

    async def _chunks(self, text: str, rate: int, language: str) -> AsyncGenerator[bytes, None]:
        silent = True
        for sentence in spoken_pieces(without_rulers(text)):
            chunk = await anyio.to_thread.run_sync(
                self._speak, sentence, rate, language, limiter=self._limiter
            )
            if chunk:
                silent = False
                yield chunk
        if silent and any(map(str.isalnum, text)):
            raise cannot_say(self._name)

    def _speak(self, sentence: str, rate: int, language: str) -> bytes:
        try:
            samples = self._synthesiser.speak(sentence, language)
        except SpeechError:
            raise
        except Exception as error:  # an engine may raise anything; callers know SpeechError
            why = f"{self._name} failed: {type(error).__name__}"
            raise SpeechError(why, reason=why) from error
        return to_pcm(level(resample(samples, self._synthesiser.rate, rate)))
