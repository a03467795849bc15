"""From a text or a file to audio in the line's format."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from math import inf

import anyio

from ..actions import Play
from ..errors import cause
from ..speech import Parameters, TextToSpeech
from .events import Queue
from .line import Line
from .playout import Put

LONGEST_LOOP = 600.0  # seconds that a loop plays, if nothing ends it before
STALL = 8.0  # seconds without a byte from an engine until its prompt is given up

TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
SENTENCE_END = re.compile(r"(?<=[.!?;:])\s+|\n+")


class Prompts:
    """Engines are tried in order until one gives a first byte."""

    def __init__(self, engines: Sequence[TextToSpeech], line: Line, language: str) -> None:
        self._engines, self._line, self.language = engines, line, language

    async def fetch(self, queued: Queue, put: Put) -> str:
        """Why it failed, once no engine is left; nothing when all of it was put."""
        content = queued.content
        if isinstance(content, Play):
            return await self._play(content, put)
        problem = "no engine"
        for engine in self._engines:
            spoken = _Counted(put)
            problem = await self._speak(engine, content.text, queued.parameters, spoken)
            if not problem and not spoken.bytes and any(map(str.isalnum, plain(content.text))):
                problem = "no audio came"
            if not problem or spoken.bytes:
                break
        return problem

    async def _play(self, content: Play, put: Put) -> str:
        samples = self._line.load(content.wav)
        if samples is None:
            return "no plugin reads it as audio; pip install switchhook-codecs"
        times = int(LONGEST_LOOP / self._line.audio.seconds(len(samples))) if content.loop and samples else 1
        for _ in range(max(1, times)):
            await put(samples)
        return ""

    async def _speak(self, engine: TextToSpeech, text: str, parameters: Parameters, put: Put) -> str:
        direct = self._line.audio in engine.formats
        audio = self._line.audio if direct else self._line.audio.linear
        # one scope around everything: an engine may hold scopes of its own while it is open
        with anyio.CancelScope() as patience:
            try:
                for part in parts(text, engine):
                    patience.deadline = anyio.current_time() + STALL
                    async with engine.synthesize(part, audio, self.language, parameters) as chunks:
                        async for chunk in chunks:
                            patience.deadline = inf
                            await put(chunk if direct else self._line.codec.encode(chunk))
                            patience.deadline = anyio.current_time() + STALL
            except Exception as error:  # noqa: BLE001  # an engine may raise anything; the call says so and ends well
                return cause(error)
        return f"no audio for {STALL:g} s" if patience.cancelled_caught else ""


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
