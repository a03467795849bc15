"""Speech to text by a server with OpenAI's `/v1/audio/transcriptions`: { use = "acme_ear", url = "…" }."""

from __future__ import annotations

import io
import wave
from array import array
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import aiohttp
import anyio

from switchhook import (
    AudioFormat,
    LanguageUnknown,
    Options,
    SpeechError,
    SpeechStarted,
    SpeechToText,
    Table,
    Transcript,
    hookimpl,
)

LOUD = 500  # of 32,768, on average: speech is louder
PAUSE = 0.6  # seconds of silence that end an utterance
LONGEST = 20.0  # seconds of an utterance
WAITING = 4  # utterances that wait for the server; of more, the oldest is dropped
PATIENCE = 15.0  # seconds for an answer


class EarOptions(Table):
    url: str
    model: str = "whisper-1"
    languages: tuple[str, ...] = ("en-US",)


class Ear:
    formats = (AudioFormat("PCM", 8000),)

    def __init__(self, options: EarOptions) -> None:
        self.options, self.languages = options, options.languages

    async def __aenter__(self) -> None:
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE))

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    @asynccontextmanager
    async def open(
        self, audio: AudioFormat, language: str, parameters: Mapping[str, Any], /
    ) -> AsyncIterator[Listening]:
        if language not in self.languages:
            raise LanguageUnknown(f"{language} is not among {self.languages}", reason="language unknown")
        if audio.encoding != "PCM":
            raise SpeechError(f"linear samples expected, got {audio.encoding}", reason="format unknown")
        listening = Listening(self, audio, language)
        with listening.send, listening.receive:
            yield listening

    async def transcribe(self, pcm: bytes, audio: AudioFormat, language: str) -> str:
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setparams((1, 2, audio.rate, 0, "NONE", ""))
            out.writeframes(pcm)
        form = aiohttp.FormData({"model": self.options.model, "language": language[:2]})
        form.add_field("file", file.getvalue(), filename="said.wav", content_type="audio/wav")
        try:
            async with self.http.post(self.options.url, data=form) as answer:
                answer.raise_for_status()
                return str((await answer.json())["text"]).strip()
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            raise SpeechError(f"{self.options.url}: {error!r}", reason="no transcription") from error


class Listening:
    """One caller. An utterance is cut out of the audio as it comes, by plain calls; it is sent to the server
    while the iteration waits."""

    def __init__(self, ear: Ear, audio: AudioFormat, language: str) -> None:
        self.ear, self.audio, self.language = ear, audio, language
        self.fed, self.quiet, self.start, self.dropped = 0.0, 0.0, 0.0, 0
        self.said = bytearray()
        self.over = False
        self.send, self.receive = anyio.create_memory_object_stream[SpeechStarted | tuple[bytes, float]](inf)

    def feed(self, data: bytes, /) -> None:
        samples = array("h", data[: len(data) & ~1])  # of a little-endian machine
        if self.over or not samples:
            return
        loud = sum(map(abs, samples)) > LOUD * len(samples)
        length = len(samples) / self.audio.rate
        if loud and not self.said:
            self.start = self.fed
            self.send.send_nowait(SpeechStarted(self.start))
        self.fed += length
        self.quiet = 0.0 if loud else self.quiet + length
        if loud or self.said:
            self.said += samples.tobytes()
        if self.said and (self.quiet >= PAUSE or self.fed - self.start > LONGEST):
            self.cut()

    def cut(self) -> None:
        self.send.send_nowait((bytes(self.said), self.start))
        self.said.clear()
        if self.send.statistics().current_buffer_used > 2 * WAITING:  # its start and itself
            self.receive.receive_nowait()
            self.dropped += 1

    def configure(self, language: str, parameters: Mapping[str, Any], /) -> bool:
        if language not in self.ear.languages:
            return False
        self.language = language
        return True

    def finish(self) -> None:
        if self.said:
            self.cut()
        self.over = True
        self.send.close()

    async def __aiter__(self) -> AsyncIterator[SpeechStarted | Transcript]:
        async for each in self.receive:
            if isinstance(each, SpeechStarted):
                yield each
            else:
                pcm, start = each
                text = await self.ear.transcribe(pcm, self.audio, self.language)
                yield Transcript(text, True, start, start + self.audio.seconds(len(pcm)))


@hookimpl
def create_stt(options: Options) -> SpeechToText:
    return Ear(options.parse(EarOptions))
