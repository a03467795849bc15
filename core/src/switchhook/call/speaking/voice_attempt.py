"""One engine that speaks one prompt, and the clock it has to keep up with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from math import inf

import anyio

from ...contract.audio import AudioFormat
from ...contract.speech import TextToSpeech
from ...speakable.words import Said
from ..engine import Engine
from ..line import Line
from ..prompt_cache.cache import Prompt
from .playout import PromptError, Put


class VoiceAttempt:
    """If it is the first to sound, the rival that was asked for the same prompt is left."""

    def __init__(self, engine: Engine[TextToSpeech], put: Put, due: float, late: float, stall: float) -> None:
        """`due`: when the caller will have heard what is said before. `late` and `stall`: seconds that it may
        be behind its own sound until a spare one is asked as well, and until it is given up."""
        self.engine, self.bytes = engine, 0
        self.problem: PromptError | None = None  # once it is over
        self.left = self.over = False
        self.declined = False  # it works, and cannot say this: that is no failure
        self.wording = Said()  # of the text, for this engine
        self.skipped = False  # a part that it cannot say
        self.rival: VoiceAttempt | None = None
        self._held, self._held_for = b"", 0.0  # silence before its next sound, and its seconds
        self.prompt: Prompt | None = None  # the part that it is asked for now
        self._put, self._lateness, self._stall = put, late, stall
        self._due = self._awaited = due  # its next sound: without a gap, and after the gaps it made
        self._late = anyio.CancelScope()
        self.scope = anyio.CancelScope()  # ends when it is given up or left

    @contextmanager
    def beside(self, rival: VoiceAttempt) -> Iterator[None]:
        """As long as the rival speaks."""
        self.rival, rival.rival = rival, self
        try:
            yield
        finally:
            self.rival = None

    def begin(self) -> None:
        """It is asked for a text, or for the next part of it."""
        now = anyio.current_time()
        self._expect(max(self._due, now), max(self._awaited, now))

    def _expect(self, due: float, awaited: float) -> None:
        self._due, self._awaited = due, awaited
        self.scope.deadline, self._late.deadline = due + self._stall, awaited + self._lateness

    async def take(self, chunks: AsyncIterator[bytes], audio: AudioFormat, line: Line) -> None:
        """Puts what the engine gives."""
        coded = line.coder(audio)
        async for chunk in chunks:
            if sound := coded(chunk):
                await self.put(sound, audio.seconds(len(chunk)))

    async def put(self, chunk: bytes, seconds: float) -> None:
        """`seconds` of sound."""
        self.bytes += len(chunk)
        if self.left:
            await anyio.sleep_forever()  # the cancellation is on its way
        if self.rival is not None:
            self.rival.leave()
        chunk, seconds = self._held + chunk, self._held_for + seconds
        self._held, self._held_for = b"", 0.0
        due, began = self._due, anyio.current_time()
        awaited = max(self._awaited, began)
        self._expect(inf, inf)  # while it has to wait to put more it is not late
        await self._put(chunk)
        put_at = anyio.current_time()
        self._expect(due + put_at - began + seconds, awaited + put_at - began + seconds)

    def hold(self, silence: bytes, seconds: float) -> None:
        """A pause is put with the sound that follows, as a pause alone does not make it the first to
        sound."""
        self._held, self._held_for = self._held + silence, self._held_for + seconds

    async def put_held(self) -> None:
        if self._held:
            await self.put(b"", 0.0)

    def leave(self) -> None:
        if not self.over:
            self.left = True
            self.scope.cancel()

    def end(self, problem: PromptError | None) -> None:
        self.problem, self.over = problem, True
        self._late.cancel()
        if problem is None and self.rival is not None:
            self.rival.leave()  # all is said

    async def is_late(self) -> bool:
        """Waits until it is; False: it has come to its end."""
        if not self.over:
            with anyio.CancelScope(deadline=self._awaited + self._lateness) as self._late:
                await anyio.sleep_forever()
        return not self.over
