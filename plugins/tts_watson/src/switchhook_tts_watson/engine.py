"""Watson's text to speech as an engine of Switchhook."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial

from switchhook import AudioFormat, Parameters, SpeechError, plain_text
from switchhook_watson import Service, ServiceDriver

from .ahead import one_ahead
from .markup import clean, escaped, is_ssml
from .parts import parts
from .queries import Queries
from .request import ACCEPT, Synthesis
from .voices import locale_of


class WatsonTextToSpeech(ServiceDriver):
    """A text that is no SSML is spoken sentence by sentence, each asked for while the one before it comes."""

    formats: Sequence[AudioFormat] = (AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000))
    ssml = True
    max_bytes = 5000  # of the service's 5 KB, tags included

    def __init__(self, service: Service, queries: Queries) -> None:
        super().__init__(service)
        self._queries = queries

    @property
    def languages(self) -> Sequence[str]:
        return self._queries.languages

    def language_of(self, parameters: Parameters, /) -> str:
        return locale_of(parameters.get("voice"))

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
        named = self._queries.names_voice(language, parameters)
        ask = partial(Synthesis, self._service, audio=audio, query=query, by_language=not named)
        text = clean(text)
        if is_ssml(text) and len(text.encode()) <= self.max_bytes:
            async with aclosing(self._marked_up(text, ask)) as chunks:
                yield chunks
        else:
            made = [ask(escaped(part)).chunks() for part in parts(plain_text(text), self.max_bytes)]
            async with one_ahead(made) as chunks:
                yield chunks

    async def _marked_up(self, text: str, ask: Callable[[str], Synthesis]) -> AsyncGenerator[bytes, None]:
        """Where the service does not like the tags, its words are better than nothing."""
        synthesis = ask(text)
        try:
            async with aclosing(synthesis.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
        except SpeechError:
            words = plain_text(text)
            if synthesis.status != 400 or not words:
                raise
            plain = ask(escaped(words))
            async with aclosing(plain.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk
