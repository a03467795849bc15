"""One request to recognise: what a client sends goes to the engine, what the engine hears comes back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from switchhook import AudioFormat, PluginError, Recognition, SpeechToText

from .media import Media, converter
from .results import Json, Results

BY_US = frozenset(("action", "content-type", "interim_results", "continuous", "inactivity_timeout"))


class Request:
    """Audio may come before the engine is open."""

    def __init__(self, engine: SpeechToText, model: str, media: Media, parameters: Mapping[str, Any]) -> None:
        self._engine = engine
        self._language = model[:5]
        self._parameters = {name: value for name, value in parameters.items() if name not in BY_US}
        direct = media.audio in engine.formats
        self._audio = media.audio if direct else AudioFormat("PCM", media.audio.rate)
        self._convert = converter(media, direct=direct)
        self._recognition: Recognition | None = None
        self._early: list[bytes] = []
        self._finished = False
        self.results = Results(model, parameters)

    def feed(self, data: bytes) -> None:
        self._give(self._convert.feed(data))

    def finish(self) -> None:
        """Raises ValueError where the audio cannot be read."""
        self._finished = True
        try:
            self._give(self._convert.finish())
        except PluginError as error:
            raise ValueError(str(error)) from None
        if self._recognition is not None:
            self._recognition.finish()

    def _give(self, audio: bytes) -> None:
        if not audio:
            return
        if self._recognition is None:
            self._early.append(audio)
        else:
            self._recognition.feed(audio)

    async def messages(self) -> AsyncGenerator[Json, None]:
        """The first says that the engine is open. Raises SpeechError."""
        async with self._engine.open(self._audio, self._language, self._parameters) as recognition:
            self._recognition = recognition
            for audio in self._early:
                recognition.feed(audio)
            self._early.clear()
            if self._finished:
                recognition.finish()
            yield {"state": "listening"}
            async for heard in recognition:
                if message := self.results.of(heard):
                    yield message
        if last := self.results.last():
            yield last
