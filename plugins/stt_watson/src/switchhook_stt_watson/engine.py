"""Watson's speech to text as an engine of Switchhook."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from switchhook import AudioFormat, Parameters, SpeechError
from switchhook_watson import Service

from .beats import Beats
from .models import locale_of
from .recognition import WatsonRecognition
from .request import CONTENT_TYPES, Requests


class WatsonSpeechToText:
    """Runs on asyncio. PCMU goes through as it is."""

    formats: Sequence[AudioFormat] = (AudioFormat("PCMU", 8000),)

    def __init__(self, service: Service, requests: Requests) -> None:
        self._service, self._requests, self._beats = service, requests, Beats()

    @property
    def languages(self) -> Sequence[str]:
        return self._requests.languages

    def language_of(self, parameters: Parameters, /) -> str:
        return locale_of(parameters.get("model"))

    async def warm(self) -> None:
        """Has a token ready. Raises WatsonError."""
        await self._service.authorization()

    @asynccontextmanager
    async def open(
        self, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[WatsonRecognition]:
        if audio not in CONTENT_TYPES:
            known = ", ".join(f"{each.encoding} at {each.rate} Hz" for each in CONTENT_TYPES)
            raise SpeechError(
                f"Watson's models for the telephone take {known}, got {audio.encoding} at {audio.rate} Hz",
                reason="audio format not supported",
            )
        plan = partial(self._requests.make, audio)
        recognition = WatsonRecognition(self._service, audio, plan, plan(language, parameters), self._beats)
        try:
            await recognition.connect()
            yield recognition
        finally:
            await recognition.close()
