"""From a text or a file to audio in the line's format."""

from __future__ import annotations

from collections.abc import Callable

from ..actions import Play, Say
from ..speech import Parameters
from .equipment import Equipment
from .events import Queue
from .line import Line
from .playout import Put
from .voices import Voices

LONGEST_LOOP = 600.0  # seconds that a loop plays, if nothing ends it before


def _nobody(_engine: str, _problem: str) -> None:
    pass


class Prompts:
    def __init__(
        self, equipment: Equipment, line: Line, language: str, faulted: Callable[[str, str], None] = _nobody
    ) -> None:
        """`faulted` is told the name of an engine and its problem when there is another try."""
        self._line, self.language = line, language
        self._voices = Voices(equipment, line, faulted)

    async def fetch(self, queued: Queue, put: Put) -> str:
        """Why it failed, once no engine is left; nothing when all of it was put."""
        content = queued.content
        if isinstance(content, Play):
            return await self._play(content, put)
        problem = await self._say(content, queued.parameters, put)
        return await self._play(content.otherwise, put) if problem and content.otherwise else problem

    async def _say(self, said: Say, parameters: Parameters, put: Put) -> str:
        return await self._voices.say(said, self.language, parameters, put)

    async def _play(self, content: Play, put: Put) -> str:
        samples = self._line.load(content.wav)
        if samples is None:
            return "no plugin reads it as audio; pip install switchhook-codecs"
        times = int(LONGEST_LOOP / self._line.audio.seconds(len(samples))) if content.loop and samples else 1
        for _ in range(max(1, times)):
            await put(samples)
        return ""
