"""Both ends of a call that is to fail: engines with faults in them, and a caller who notes what he hears."""

from collections import deque
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import anyio

from switchhook import AssistantError, AudioFormat, SpeechError, SpeechStarted, Transcript, parse_response
from switchhook.contract.assistant import ReplyContext
from switchhook.testing import MemoryLeg

LINE = AudioFormat()
SOUND, SILENCE = b"\x01" * 1600, LINE.silence(0.2)
WAITING, FAILURE = "one moment", "sorry"
MADE_OF = {WAITING: 2, FAILURE: 3}  # bytes; any other text is made of ones
NAMES = {1: "the answer", 2: "the waiting text", 3: "the failure text"}
WORDS = 4  # that a caller says before he hangs up


class Fault(NamedTuple):
    """From the `nth` time on that something of `backend` is opened, answers or goes on."""

    backend: str
    phase: str
    kind: str
    nth: int

    async def strike(self, backend, phase, count):
        if (backend, phase) == (self.backend, self.phase) and count >= self.nth:
            if self.kind == "silence":
                await anyio.sleep(inf)
            error = AssistantError if backend == "assistant" else SpeechError
            raise error("wanted by the test", reason="wanted by the test")


NO_FAULT = Fault("", "", "", 0)


class Voice:
    """A second of sound for each text; 0.2 s until the first of it."""

    formats, ssml, max_bytes = (LINE,), False, 4096
    languages: tuple[str, ...]  # where a test says so

    def __init__(self, fault):
        self.fault, self.count = fault, 0

    @asynccontextmanager
    async def synthesize(self, text, audio, language, parameters, /):
        self.count += text not in (WAITING, FAILURE)
        await self.fault.strike("tts", "open", self.count)
        async with aclosing(self.chunks(self.count, bytes([MADE_OF.get(text, 1)]))) as chunks:
            yield chunks

    async def chunks(self, count, sound):
        await anyio.sleep(0.2)
        await self.fault.strike("tts", "first", count)
        for _ in range(5):
            yield sound * 1600
            await self.fault.strike("tts", "middle", count)


class Ear:
    """Hears a word where sound is followed by silence, 0.2 s later."""

    formats = (LINE,)
    languages: tuple[str, ...]  # where a test says so

    def __init__(self, fault):
        self.fault, self.opened = fault, 0

    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        self.opened += 1
        await self.fault.strike("stt", "open", self.opened)
        yield Recognition(self.fault, self.opened)


class Recognition:
    def __init__(self, fault, opened):
        self.fault, self.opened, self.frames, self.more = fault, opened, deque(), anyio.Event()

    def feed(self, audio, /):
        self.frames.append(audio)
        self.more.set()

    def configure(self, language, parameters, /):
        return False

    def finish(self):
        pass

    async def __aiter__(self):
        voiced, at = False, 0.0
        while True:
            while not self.frames:
                self.more = anyio.Event()
                await self.more.wait()
            frame = self.frames.popleft()
            at += LINE.seconds(len(frame))
            if frame == SOUND and not voiced:
                voiced = True
                yield SpeechStarted(at)
                await self.fault.strike("stt", "first", self.opened)
            elif frame == SILENCE and voiced:
                voiced = False
                await self.fault.strike("stt", "middle", self.opened)
                yield Transcript("a word", True, at - 0.4, at - 0.2)


class Assistant:
    """Greets, and answers each turn, with two texts."""

    def __init__(self, fault):
        self.fault, self.count = fault, 0

    @asynccontextmanager
    async def open(self, call, /):
        await self.fault.strike("assistant", "open", 1)
        yield self

    @asynccontextmanager
    async def send(self, turn, /):
        self.count += 1
        await self.fault.strike("assistant", "first", self.count)
        yield Reply(self, self.count)


@dataclass
class Reply:
    assistant: Assistant
    count: int
    matched = True

    def __post_init__(self):
        self.context = ReplyContext()

    async def __aiter__(self):
        await anyio.sleep(0.3)
        for part in ("first", "second"):
            yield parse_response({"response_type": "text", "text": f"{part} of {self.count}"})
            await self.assistant.fault.strike("assistant", "middle", self.count)


class Caller:
    """Speaks a word when the bot has been quiet for `pause` seconds; notes how long it owed him a sound."""

    def __init__(self, pause, words=WORDS):
        self.leg, self.waits, self.spoken, self.pause, self.words = MemoryLeg(), [], 0, pause, words

    async def call(self, talk):
        owed, heard, quiet = anyio.current_time(), 0, 0.0
        while talk.record is None and (self.spoken < self.words or owed is not None):
            now = anyio.current_time()
            self.leg._advance()
            if len(self.leg.ear) > heard:
                if owed is not None:
                    self.waits.append(now - owed)
                heard, owed, quiet = len(self.leg.ear), None, now
            if owed is None and now - quiet > self.pause:
                self.leg.speak(SOUND)
                await anyio.sleep(0.2)
                self.leg.speak(SOUND)
                self.spoken, owed = self.spoken + 1, anyio.current_time()
            self.leg.speak(SILENCE)
            await anyio.sleep(0.2)
            if owed is not None and now - owed > 60.0:
                break
        if owed is not None and talk.record is None:
            self.waits.append(anyio.current_time() - owed)

    @property
    def heard(self):
        """Of what kinds, in order."""
        kinds = [NAMES.get(byte, "something else") for byte in self.leg.ear[::800]]
        return [kind for kind, before in zip(kinds, [None, *kinds], strict=False) if kind != before]
