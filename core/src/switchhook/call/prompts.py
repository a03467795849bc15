"""From a text or a file to audio in the line's format."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from math import inf
from typing import cast

import anyio

from ..actions import Play, Say
from ..audio import AudioFormat
from ..errors import cause
from ..promptcache import Prompt
from ..speech import Parameters, TextToSpeech
from .equipment import Equipment
from .events import Queue
from .line import Line
from .playout import Put

LONGEST_LOOP = 600.0  # seconds that a loop plays, if nothing ends it before
STALL = 2.0  # seconds that an engine may be behind its own sound until the next one is tried
LAST = 5.0  # likewise, until the prompt is given up, once the caller was told to wait
PERSISTENCE = 1.5  # seconds in which the only voice is tried again after it failed
AGAIN = 0.5  # seconds until then
SLOW = "no audio in time"

TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+")


def _nobody(_engine: str, _problem: str) -> None:
    pass


class Prompts:
    """Engines are tried in order. One that stops in the middle is followed by the next from the beginning of
    the text: said again is understood, half a sentence is not. The last one gets a second chance, unless it
    had to rest before."""

    def __init__(
        self, equipment: Equipment, line: Line, language: str, faulted: Callable[[str, str], None] = _nobody
    ) -> None:
        """`faulted` is told the name of an engine and its problem when there is another try."""
        self._equipment, self._line, self.language, self._faulted = equipment, line, language, faulted
        self._breakers, self._cache = equipment.breakers, equipment.cache

    async def fetch(self, queued: Queue, put: Put) -> str:
        """Why it failed, once no engine is left; nothing when all of it was put."""
        content = queued.content
        if isinstance(content, Play):
            return await self._play(content, put)
        problem = await self._say(queued, put)
        return await self._play(content.otherwise, put) if problem and content.otherwise else problem

    async def _say(self, queued: Queue, put: Put) -> str:
        problem = "no engine"
        engines = self._breakers.order(self._equipment.voices, anyio.current_time())
        for engine in engines:
            rested = self._breakers.rests(engine, anyio.current_time())
            problem = await self._try(engine, queued, put, STALL)
            if not problem:
                return ""
            if engine is not engines[-1]:
                self._faulted(self._breakers.name_of(engine), problem)
            elif not rested:
                return await self._insist(engine, queued, put, problem)
        return problem

    async def _insist(self, engine: TextToSpeech, queued: Queue, put: Put, problem: str) -> str:
        """The last engine again. Who waits for a slow one is told so; a short trouble passes in silence."""
        began = anyio.current_time()
        heard = _Counted(put)
        while problem and not heard.bytes and anyio.current_time() < began + PERSISTENCE:
            self._faulted(self._breakers.name_of(engine), problem)
            if problem == SLOW:
                return await self._wait_for(engine, queued, put)
            problem = await self._try(engine, queued, heard, STALL)
            if problem and not heard.bytes:
                await anyio.sleep(AGAIN)
        return problem

    async def _wait_for(self, engine: TextToSpeech, queued: Queue, put: Put) -> str:
        waiting = self._prompt(engine, self._equipment.waiting_text, {})
        if self._cache is None or not (sound := self._cache.ready(waiting)):
            return SLOW
        await put(self._coded(waiting.audio, sound))
        return await self._try(engine, queued, put, LAST)

    async def _try(self, engine: TextToSpeech, queued: Queue, put: Put, patience: float) -> str:
        spoken = _Counted(put)
        said = cast("Say", queued.content)
        problem = await self._speak(engine, said, queued.parameters, spoken, patience)
        if not problem and not spoken.bytes and any(map(str.isalnum, plain(said.text))):
            problem = "no audio came"
        if problem:
            self._breakers.failed(engine, anyio.current_time(), silent=problem == SLOW)
        else:
            self._breakers.worked(engine)
        return problem

    async def _play(self, content: Play, put: Put) -> str:
        samples = self._line.load(content.wav)
        if samples is None:
            return "no plugin reads it as audio; pip install switchhook-codecs"
        times = int(LONGEST_LOOP / self._line.audio.seconds(len(samples))) if content.loop and samples else 1
        for _ in range(max(1, times)):
            await put(samples)
        return ""

    async def _speak(
        self, engine: TextToSpeech, said: Say, parameters: Parameters, put: Put, lag: float
    ) -> str:
        """`lag`: seconds that the engine may be behind its own sound: nobody understands a slower one."""
        # one scope around everything: an engine may hold scopes of its own while it is open
        with anyio.CancelScope() as patience:
            try:
                for part in parts(said.text, engine):
                    prompt = self._prompt(engine, part, parameters)
                    patience.deadline = anyio.current_time() + lag
                    async with self._synthesis(engine, prompt, said.cached) as chunks:
                        async for chunk in chunks:
                            until, patience.deadline = patience.deadline, inf
                            began = anyio.current_time()
                            await put(self._coded(prompt.audio, chunk))
                            waited = anyio.current_time() - began
                            patience.deadline = until + waited + prompt.audio.seconds(len(chunk))
            except Exception as error:  # noqa: BLE001  # an engine may raise anything; the call says so and ends well
                return cause(error)
        if not patience.cancelled_caught:
            return ""
        if self._cache is not None:
            self._cache.forget(prompt)
        return SLOW

    def _prompt(self, engine: TextToSpeech, text: str, parameters: Parameters) -> Prompt:
        audio = self._line.audio if self._line.audio in engine.formats else self._line.audio.linear
        return Prompt(self._breakers.name_of(engine), text, audio, self.language, parameters)

    def _coded(self, audio: AudioFormat, chunk: bytes) -> bytes:
        return chunk if audio == self._line.audio else self._line.codec.encode(chunk)

    def _synthesis(
        self, engine: TextToSpeech, prompt: Prompt, cached: bool
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        if cached and self._cache is not None and self._cache.takes(prompt.text):
            return self._cache.speak(engine, prompt)
        return engine.synthesize(prompt.text, prompt.audio, prompt.language, prompt.parameters)


class _Counted:
    def __init__(self, put: Put) -> None:
        self._put, self.bytes = put, 0

    async def __call__(self, chunk: bytes) -> None:
        self.bytes += len(chunk)
        await self._put(chunk)


def parts(text: str, engine: TextToSpeech) -> Iterator[str]:
    """What the engine is given. Markup that would have to be cut is left out rather than broken."""
    # half of a surrogate pair, which JSON may hold, is no character
    text = text.encode(errors="ignore").decode()
    whole = text.strip()
    if engine.ssml and len(whole.encode()) <= engine.max_bytes:
        return iter([whole] if whole else [])
    return split(plain(text), engine.max_bytes)


def plain(text: str) -> str:
    """The words of a text that may be SSML; a text without tags is taken as it is."""
    if not TAG.search(text):
        return text
    words = TAG.sub(" ", text)
    if TAG.search(words):  # tags inside tags are no markup
        words = words.translate({ord("<"): " ", ord(">"): " "})
    return " ".join(html.unescape(words).split())


def split(text: str, max_bytes: int) -> Iterator[str]:
    """Parts no longer than the engine takes, cut at sentence ends, else at spaces, else anywhere."""
    rest, max_bytes = text.strip(), max(4, max_bytes)
    while rest:
        if len(rest.encode()) <= max_bytes:
            yield rest
            return
        head = rest.encode()[:max_bytes].decode(errors="ignore")
        ends = [match.end() for match in SENTENCE_END.finditer(head)] or [head.rfind(" ") + 1]
        cut = ends[-1] or len(head)
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
