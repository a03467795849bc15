"""Speech and assistant in memory: the contracts are real, the content is the test's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any

import anyio
import anyio.lowlevel

from ..contract.assistant import ReplyContext, Turn
from ..contract.audio import AudioFormat
from ..contract.errors import AssistantError, SpeechError
from ..contract.info import CallInfo
from ..contract.responses import Response, parse_response
from ..contract.speech import Parameters, SpeechStarted, Transcript

Heard = SpeechStarted | Transcript


class MemorySpeechToText:
    """Hears what the test says it hears. `broken`: it does not open."""

    def __init__(self, formats: Sequence[AudioFormat] = (AudioFormat("PCMU", 8000),)) -> None:
        self.formats, self.broken = formats, False
        self.opened: list[MemoryRecognition] = []

    @asynccontextmanager
    async def open(
        self, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AsyncIterator[MemoryRecognition]:
        if self.broken:
            raise SpeechError("no recognition", reason="broken by the test")
        recognition = MemoryRecognition(audio, language, parameters)
        self.opened.append(recognition)
        with recognition.send, recognition.receive:
            yield recognition

    @property
    def listening(self) -> bool:
        """Whether there is a recognition that has not ended."""
        return bool(self.opened) and not self.opened[-1].closed

    def hear(self, what: Heard | Exception | None) -> None:
        """Goes to the newest recognition; an exception makes it fail, None ends it."""
        self.opened[-1].send.send_nowait(what)


class MemoryRecognition:
    def __init__(self, audio: AudioFormat, language: str, parameters: Parameters) -> None:
        self.audio, self.language, self.parameters, self.fed = audio, language, parameters, bytearray()
        self.send, self.receive = anyio.create_memory_object_stream[Heard | Exception | None](inf)

    @property
    def closed(self) -> bool:
        return not self.receive.statistics().open_receive_streams

    def feed(self, audio: bytes, /) -> None:
        self.fed += audio

    def configure(self, _language: str, _parameters: Parameters, /) -> bool:
        return False

    def finish(self) -> None:
        self.send.send_nowait(None)

    async def __aiter__(self) -> AsyncIterator[Heard]:
        async for heard in self.receive:
            if heard is None:
                return
            if isinstance(heard, Exception):
                raise heard
            yield heard


@dataclass
class MemoryTextToSpeech:
    """Every text becomes `seconds` of one byte that no other text has: a test can tell who was heard."""

    seconds: float = 2.0
    delay: float = 0.0  # before the first byte
    formats: Sequence[AudioFormat] = (AudioFormat("PCMU", 8000),)
    ssml: bool = False
    max_bytes: int = 4096
    fail: set[str] = field(default_factory=set)  # texts that raise
    stall: set[str] = field(default_factory=set)  # texts that never come
    texts: list[str] = field(default_factory=list)
    parameters: list[Parameters] = field(default_factory=list)  # of each synthesis

    @asynccontextmanager
    async def synthesize(
        self, text: str, audio: AudioFormat, _language: str, parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        self.parameters.append(parameters)
        if text in self.fail:
            raise SpeechError("no audio for this text", reason="wanted by the test")
        if text not in self.texts:
            self.texts.append(text)
        async with aclosing(self._chunks(text, audio)) as chunks:
            yield chunks

    async def _chunks(self, text: str, audio: AudioFormat) -> AsyncGenerator[bytes]:
        await anyio.sleep(inf if text in self.stall else self.delay)
        for _ in range(10):
            yield self.sound(text) * audio.size(self.seconds / 10)
            await anyio.lowlevel.checkpoint()

    def sound(self, text: str) -> bytes:
        """The byte that `text` is made of."""
        return bytes([1 + self.texts.index(text)])


Answering = Callable[[Turn], "Sequence[str | float | dict[str, Any] | Exception]"]


class MemoryAssistant:
    """`answer` gives a reply to a turn: texts, responses as they come from an assistant, seconds to wait
    before the next, an exception to raise. `context`: what else it says to a turn."""

    def __init__(
        self,
        answer: Answering,
        variables: Callable[[Turn], dict[str, Any]] | None = None,
        context: Callable[[Turn], ReplyContext] = lambda _: ReplyContext(),
    ) -> None:
        self._answer, self._variables, self._context = answer, variables, context
        self.turns: list[Turn] = []
        self.open_replies = 0
        self.most_open_replies = 0

    @asynccontextmanager
    async def open(self, _call: CallInfo, /) -> AsyncIterator[MemoryAssistant]:
        yield self

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[MemoryReply]:
        self.turns.append(turn)
        self.open_replies += 1
        self.most_open_replies = max(self.most_open_replies, self.open_replies)
        try:
            context = self._context(turn)
            if self._variables is not None:
                context.variables = self._variables(turn)
            yield MemoryReply(self._answer(turn), context)
        finally:
            self.open_replies -= 1


@dataclass
class MemoryReply:
    items: Sequence[str | float | dict[str, Any] | Exception]
    context: ReplyContext
    matched: bool = True

    async def __aiter__(self) -> AsyncIterator[Response]:
        for item in self.items:
            match item:
                case str():
                    yield parse_response({"response_type": "text", "text": item})
                case int() | float():
                    await anyio.sleep(item)
                case AssistantError() | Exception():
                    raise item
                case _:
                    yield parse_response(item)
