"""From a text or a file to audio in the line's format."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace

import anyio

from ...contract.actions import Play, Say
from ...contract.audio import AudioFormat
from ...contract.errors import Unplayable, Unspeakable
from ...contract.speech import Parameters
from ...contract.texts import plain_text, sentences
from ...speakable.authors import to_speech
from ..bot import Bot
from ..dialogue.events import Queue
from ..language import CallLanguage
from ..line import Line
from .playout import PromptError, Put
from .voice_failover import SKIPPED_IN_PART, PromptRequest, SlowVoiceError, VoiceFailover

logger = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds for a file to be decoded
PIECE = 1.0  # seconds of it that are put at once
LONGEST_LOOP = 600.0  # seconds that a loop plays, if nothing ends it before
MOST_PIECES = 100  # of a text that are tried one by one
SKIPPED = "no voice can say the text: skipped"
UNFIT = "no voice speaks with the parameters that were set for it: spoken without them"


class PromptAudio:
    def __init__(
        self,
        bot: Bot,
        line: Line,
        language: CallLanguage,
        faulted: Callable[[str, str], None],
        remark: Callable[[str], None],
    ) -> None:
        """`faulted` is told the name of an engine that failed and its problem, if the prompt goes on all the
        same; `remark` what is not heard of it."""
        self._line, self._language, self._remark = line, language, remark
        self._voices = VoiceFailover(bot, line, language, faulted, remark)
        self._unfit: list[Parameters] = []  # with which no voice speaks, as this call has found out

    @property
    def synthesized(self) -> int:
        """Characters that voices were asked for."""
        return self._voices.synthesized

    async def fetch(self, queued: Queue, put: Put, ahead: float = 0.0) -> None:
        """Returns when all of it was put. Raises PromptError once no engine is left. `ahead`: seconds of
        sound that the caller hears before it."""
        content = queued.content
        if isinstance(content, Play):
            await self._play(content, put)
            return
        language = self._language.of_text(content.text, queued.language)
        otherwise = content.otherwise if isinstance(content.otherwise, Play) else None
        wanted = PromptRequest(content, language, queued.parameters, put, anyio.current_time() + ahead)
        try:
            await self._say(wanted)
        except Unspeakable:
            if otherwise is None or not await self._is_played(otherwise, put):
                await self._say_pieces(wanted)
        except PromptError:
            if otherwise is None:
                raise
            await self._play(otherwise, put)

    async def _say(self, wanted: PromptRequest) -> None:
        """With the parameters that an assistant has set, where a voice speaks with them; else without, rather
        than not at all. Raises PromptError and Unspeakable."""
        if wanted.parameters in self._unfit:
            wanted = replace(wanted, parameters={})
        sounded = False

        async def put(sound: bytes) -> None:
            nonlocal sounded
            sounded = True
            await wanted.put(sound)

        try:
            await self._voices.say(replace(wanted, put=put))
        except PromptError as error:
            if sounded or not wanted.parameters or isinstance(error, SlowVoiceError):
                raise
            await self._voices.say(replace(wanted, parameters={}))
            self._unfit.append(wanted.parameters)
            self._remark(UNFIT)

    async def _say_pieces(self, wanted: PromptRequest) -> None:
        """No voice can say the text as a whole: each of its sentences is said if there is a voice for it, and
        else skipped, like a file that cannot be played. Raises PromptError."""
        pieces = list(sentences(plain_text(to_speech(wanted.said.text).text)))
        skipped = 0 if 1 < len(pieces) <= MOST_PIECES else len(pieces)
        for piece in pieces[skipped:]:
            try:
                await self._say(replace(wanted, said=Say(piece, wanted.said.cached)))
            except Unspeakable:
                skipped += 1
        self._remark(SKIPPED if skipped == len(pieces) else SKIPPED_IN_PART)

    async def _is_played(self, content: Play, put: Put) -> bool:
        """Whether it could be; else a remark says why not."""
        try:
            await self._play(content, put)
        except PromptError as error:
            self._remark(error.problem)
            return False
        return True

    async def _play(self, content: Play, put: Put) -> None:
        """Raises PromptError."""
        try:
            samples = await self._load(content.wav)
        except Unplayable as error:
            problem = f"{content.name} cannot be played: {error.reason or 'a plugin cannot read it'}"
            logger.warning("%s", problem)
            raise PromptError(problem) from None
        for piece in _pieces(samples, self._line.audio, loop=content.loop):
            await put(piece)

    async def _load(self, file: bytes) -> bytes:
        """Its samples. Raises Unplayable."""
        with anyio.move_on_after(PATIENCE):
            samples = await self._line.load(file)
            if samples is None:
                raise Unplayable(reason="no plugin reads it; pip install switchhook-codecs")
            return samples
        raise Unplayable(reason=f"not decoded within {PATIENCE:g} s")


def _pieces(samples: bytes, audio: AudioFormat, *, loop: bool) -> Iterator[bytes]:
    """The samples in pieces of one size, as the file may be ten minutes long, and a loop one sample."""
    if not samples:
        return
    size, whole = audio.size(PIECE), samples
    if loop:
        whole = samples * max(1, size // len(samples))
    for _ in range(max(1, int(LONGEST_LOOP / audio.seconds(len(whole)))) if loop else 1):
        for at in range(0, len(whole), size):
            yield whole[at : at + size]
