"""Watson's text to speech as an engine of Switchhook."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager

from switchhook import AudioFormat, Parameters, SpeechError
from switchhook_watson import Service

from .ahead import one_ahead
from .markup import clean, escaped, is_ssml, words_of
from .queries import Queries
from .request import ACCEPT, Synthesis
from .sentences import sentences


class WatsonTextToSpeech:
    """A text that is no SSML is spoken sentence by sentence, each asked for while the one before it comes."""

    formats: Sequence[AudioFormat] = (AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000))
    ssml = True
    max_bytes = 5000  # of the service's 5 KB, tags included

    def __init__(self, service: Service, queries: Queries) -> None:
        self._service, self._queries = service, queries

    async def warm(self) -> None:
        """Has a token and a connection ready. Raises WatsonError."""
        await self._service.warm()

    async def aclose(self) -> None:
        await self._service.aclose()

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        if audio not in ACCEPT:
            known = ", ".join(f"{each.encoding} at {each.rate} Hz" for each in ACCEPT)
            raise SpeechError(
                f"Watson speaks to telephones in {known}, got {audio.encoding} at {audio.rate} Hz",
                reason="audio format not supported",
            )
        query = self._queries.make(language, parameters)
        text = clean(text)
        if is_ssml(text) and len(text.encode()) <= self.max_bytes:
            async with aclosing(self._marked_up(text, audio, query)) as chunks:
                yield chunks
        else:
            parts = sentences(words_of(text), self.max_bytes)
            made = [self._synthesis(escaped(part), audio, query).chunks() for part in parts]
            async with one_ahead(made) as chunks:
                yield chunks

    async def _marked_up(
        self, text: str, audio: AudioFormat, query: Mapping[str, str]
    ) -> AsyncGenerator[bytes, None]:
        """Where the service does not like the tags, its words are better than nothing."""
        synthesis = self._synthesis(text, audio, query)
        try:
            async with aclosing(synthesis.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        except SpeechError:
            words = words_of(text)
            if synthesis.status != 400 or not words:
                raise
            plain = self._synthesis(escaped(words), audio, query)
            async with aclosing(plain.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk

    def _synthesis(self, text: str, audio: AudioFormat, query: Mapping[str, str]) -> Synthesis:
        return Synthesis(self._service, text, audio, query)
