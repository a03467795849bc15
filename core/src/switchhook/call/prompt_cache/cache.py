"""Prompts that were spoken before: their audio in memory, that of listed ones on disk too.

What is being made is heard meanwhile by all who asked for it, and made to its end even if they hang up.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import anyio
import anyio.abc

from ...contract.audio import AudioFormat
from ...contract.errors import SpeechError, answer, cause
from ...contract.speech import Parameters, TextToSpeech
from .disk import PromptDisk

LONGEST = 1000  # bytes of text; what is longer is hardly said twice
PATIENCE = 20.0  # seconds in which a prompt must be made

Measure = Callable[[str], None]


@dataclass(frozen=True)  # without slots, so that its name is worked out once
class Prompt:
    """All that its sound depends on. `engine` names an engine and its options."""

    engine: str
    text: str
    audio: AudioFormat
    language: str
    parameters: Parameters = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """A name for it that tells nothing of the text."""
        audio, parameters = self.audio, dict(self.parameters)
        parts = [self.engine, self.text, audio.encoding, audio.rate, self.language, parameters]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


class _Recording:
    def __init__(self) -> None:
        self.chunks: list[bytes] = []
        self.problem: BaseException | None = None
        self.complete = self.counted = False
        self.size = 0
        self._more: anyio.Event | None = None  # while somebody waits: there may be thousands of these

    def add(self, chunk: bytes) -> None:
        self.chunks.append(bytes(chunk))  # an engine may use its buffer again
        self.size += len(chunk)
        self.wake()

    def wake(self) -> None:
        if self._more is not None:
            self._more.set()
            self._more = None

    async def read(self) -> AsyncGenerator[bytes, None]:
        at = 0
        while True:
            while at < len(self.chunks):
                at += 1
                yield self.chunks[at - 1]
            if self.problem is not None:
                raise self.problem
            if self.complete:
                return
            if self._more is None:
                self._more = anyio.Event()
            await self._more.wait()


class PromptCache:
    """`memory` and `disk` in bytes. `measure` is told of each "hit" and "miss"."""

    def __init__(
        self, directory: Path | None = None, *, memory: int, disk: int, measure: Measure = lambda _: None
    ) -> None:
        self._disk = PromptDisk(directory, disk) if directory is not None else None
        self._most, self.measure = memory, measure
        self._size = 0  # of those that are held and counted
        self._held: OrderedDict[str, _Recording] = OrderedDict()  # the least recently heard first
        self._listed: dict[str, _Recording] = {}  # not counted: there are only so many
        self._group: anyio.abc.TaskGroup | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Prompts are made in here, and all of them left unfinished when it is left."""
        async with anyio.create_task_group() as group:
            self._group = group
            try:
                yield
            finally:
                self._group = None
                group.cancel_scope.cancel()

    def takes(self, text: str) -> bool:
        return self._group is not None and len(text.encode()) <= LONGEST

    def ready(self, prompt: Prompt) -> bytes:
        """Its audio, if all of it is here; nothing is made."""
        known = self._listed.get(prompt.key) or self._held.get(prompt.key)
        return b"".join(known.chunks) if known is not None and known.complete else b""

    def knows(self, prompt: Prompt) -> bool:
        """No engine is asked for it: it is here, or being made."""
        return prompt.key in self._listed or prompt.key in self._held

    def forget(self, prompt: Prompt) -> None:
        """It takes too long: for the next who asks it is made anew."""
        self._drop(prompt.key)

    @asynccontextmanager
    async def speak(self, engine: TextToSpeech, prompt: Prompt) -> AsyncIterator[AsyncIterator[bytes]]:
        """As the engine's own `synthesize`, whose SpeechError it raises."""
        async with aclosing(self._recording(engine, prompt).read()) as chunks:
            yield chunks

    async def keep(self, engine: TextToSpeech, prompt: Prompt) -> None:
        """Has it ready from now on: from disk, or spoken. Raises SpeechError; no second try mends
        LanguageUnknown and Unspeakable."""
        key = prompt.key
        if key in self._listed:
            return
        if self._disk is not None and (audio := await self._disk.read(key)):
            recording = _Recording()
            recording.add(audio)
            recording.complete = True
            self._listed[key] = recording
            return
        recording = self._recording(engine, prompt)
        try:
            async with aclosing(recording.read()) as chunks:
                audio = b"".join([chunk async for chunk in chunks])
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an engine may raise anything; who asked tries again
            raise (answer(error) or SpeechError(reason=cause(error))) from None
        if not audio:
            raise SpeechError(reason="no audio came")
        self._drop(key)
        self._listed[key] = recording
        if self._disk is not None:
            await self._disk.write(key, audio)

    def _recording(self, engine: TextToSpeech, prompt: Prompt) -> _Recording:
        key = prompt.key
        known = self._listed.get(key) or self._held.get(key)
        self.measure("hit" if known else "miss")
        if known is not None:
            if key in self._held:
                self._held.move_to_end(key)
            return known
        if self._group is None:
            raise SpeechError("prompts are made within `running` only", reason="no prompt cache")
        recording = self._held[key] = _Recording()
        self._group.start_soon(self._make, engine, prompt, key, recording)
        return recording

    async def _make(self, engine: TextToSpeech, prompt: Prompt, key: str, recording: _Recording) -> None:
        with anyio.move_on_after(PATIENCE) as patience:
            try:
                made = engine.synthesize(prompt.text, prompt.audio, prompt.language, prompt.parameters)
                async with made as chunks:
                    async for chunk in chunks:
                        recording.add(chunk)
                recording.complete = True
            except (Exception, SystemExit) as error:  # noqa: BLE001  # an engine may raise anything; its listeners are told
                recording.problem = error
        if patience.cancelled_caught:
            recording.problem = SpeechError("the prompt did not end", reason=f"not made in {PATIENCE:g} s")
        recording.wake()
        if self._held.get(key) is recording:
            if recording.problem is not None or not recording.size:
                del self._held[key]
            else:
                recording.counted = True
                self._size += recording.size
                self._make_room()

    def _drop(self, key: str) -> None:
        known = self._held.pop(key, None)
        if known is not None and known.counted:
            self._size -= known.size

    def _make_room(self) -> None:
        while self._size > self._most:
            self._drop(next(iter(self._held)))
