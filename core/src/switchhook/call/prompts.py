"""From a text or a file to audio in the line's format."""

from __future__ import annotations

from collections.abc import Callable

import anyio

from ..actions import Play
from .equipment import Equipment
from .events import Queue
from .line import Line
from .playout import Put
from .voices import Voices, Wanted

LONGEST_LOOP = 600.0  # seconds that a loop plays, if nothing ends it before


def _nobody(_engine: str, _problem: str) -> None:
    pass


class Prompts:
    def __init__(
        self, equipment: Equipment, line: Line, language: str, faulted: Callable[[str, str], None] = _nobody
    ) -> None:
        """`faulted` is told the name of an engine that failed and its problem, where the prompt goes on."""
        self._line, self.language = line, language
        self._voices = Voices(equipment, line, faulted)

    async def fetch(self, queued: Queue, put: Put, ahead: float = 0.0) -> str:
        """Why it failed, once no engine is left; nothing when all of it was put. `ahead`: seconds of sound
        that the caller hears before it."""
        content = queued.content
        if isinstance(content, Play):
            return await self._play(content, put)
        due = anyio.current_time() + ahead
        problem = await self._voices.say(Wanted(content, self.language, queued.parameters, put, due))
        return await self._play(content.otherwise, put) if problem and content.otherwise else problem

    async def _play(self, content: Play, put: Put) -> str:
        samples = self._line.load(content.wav)
        if samples is None:
            return "no plugin reads it as audio; pip install switchhook-codecs"
        times = int(LONGEST_LOOP / self._line.audio.seconds(len(samples))) if content.loop and samples else 1
        for _ in range(max(1, times)):
            await put(samples)
        return ""
