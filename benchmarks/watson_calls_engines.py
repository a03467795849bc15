"""What stands behind the emulators in `watson_calls.py`: engines so small that they cost next to nothing, and
that lose nothing themselves.

A word is 200 ms of one byte value, on its way from the caller to the ear as on that from the voice to the
caller. The assistant says again what it was told, so the sound of an answer tells whose words it answers to.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from switchhook import AudioFormat, CallInfo, Parameters, Response, SpeechStarted, Transcript, parse_response
from switchhook.contract.assistant import ReplyContext, Turn

LINE = AudioFormat("PCMU", 8000)
FRAME = 0.2
SILENT = LINE.silence(FRAME)
WORDS = 200  # that callers know: of the byte values 1 to 200
GREETING = (201, 202, 203, 204, 205)
FILLER = 240  # sounds what is no answer, such as "One moment, please."
PAUSE = 3 * len(SILENT)  # bytes of silence that end an utterance
VARIABLE = "caller"  # the session variable that tells the assistant who calls


def sound(words: Iterable[int]) -> bytes:
    return b"".join(bytes([word]) * len(SILENT) for word in words)


def text(words: Iterable[int]) -> str:
    return " ".join(f"w{word}" for word in words)


class Ear:
    formats = (LINE,)

    @asynccontextmanager
    async def open(
        self, _audio: AudioFormat, _language: str, _parameters: Parameters, /
    ) -> AsyncIterator[Listening]:
        yield Listening()


class Listening:
    """Hears a word in every frame but silence. A frame that comes in pieces is no word that anybody said."""

    def __init__(self) -> None:
        self._told = asyncio.Queue[SpeechStarted | Transcript | None]()
        self._words: list[str] = []
        self._at = self._began = self._ended = 0.0
        self._quiet = 0

    def feed(self, audio: bytes, /) -> None:
        began, self._at = self._at, self._at + LINE.seconds(len(audio))
        if audio[0] == SILENT[0]:
            self._quiet += len(audio)
            if self._words and self._quiet >= PAUSE:
                self._tell(final=True)
            return
        if not self._words:
            self._began = began
            self._told.put_nowait(SpeechStarted(began))
        self._quiet, self._ended = 0, self._at
        self._words.append(f"w{audio[0]}" if len(audio) == len(SILENT) else f"torn{audio[0]}")
        if len(self._words) % 3 == 1:  # interims come about twice a second
            self._tell(final=False)

    def _tell(self, *, final: bool) -> None:
        said = " ".join(self._words)
        self._told.put_nowait(Transcript(said, final, self._began, self._ended, 0.9 if final else None))
        if final:
            self._words = []

    def configure(self, _language: str, _parameters: Parameters, /) -> bool:
        return False

    def finish(self) -> None:
        if self._words:
            self._tell(final=True)
        self._told.put_nowait(None)

    async def __aiter__(self) -> AsyncIterator[SpeechStarted | Transcript]:
        while (told := await self._told.get()) is not None:
            yield told


class Voice:
    formats, ssml, max_bytes = (LINE,), False, 5000

    def __init__(self) -> None:
        self.made = 0  # texts that it was asked for

    @asynccontextmanager
    async def synthesize(
        self, said: str, _audio: AudioFormat, _language: str, _parameters: Parameters, /
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        self.made += 1
        yield self._chunks([int(word) for word in re.findall(r"\bw(\d+)\b", said)] or [FILLER])

    async def _chunks(self, words: list[int]) -> AsyncIterator[bytes]:
        for word in words:
            yield sound([word])


class Echo:
    """An assistant that keeps what each caller told it, by the caller's number."""

    def __init__(self) -> None:
        self.told: dict[str, list[str]] = defaultdict(list)
        self.silences = 0  # turns in which nothing was said

    @asynccontextmanager
    async def open(self, _call: CallInfo, /) -> AsyncIterator[Echo]:
        yield self

    def send(self, turn: Turn, /) -> AbstractAsyncContextManager[EchoReply]:
        if turn.kind == "start":
            return _reply(f"Hello, {text(GREETING)}.")
        if turn.kind != "speech":
            self.silences += 1
            return _reply("Are you there?")
        who = str(turn.variables.get(VARIABLE, "nobody"))
        self.told[who] += turn.text.split()
        # with the number: no two answers are alike, so that none comes from the cache
        return _reply(f"In turn {turn.number}, caller {who} said {turn.text}.")


@asynccontextmanager
async def _reply(said: str) -> AsyncIterator[EchoReply]:
    yield EchoReply(said)


class EchoReply:
    matched = True

    def __init__(self, said: str) -> None:
        self.context = ReplyContext()
        self._said = said

    async def __aiter__(self) -> AsyncIterator[Response]:
        yield parse_response({"response_type": "text", "text": self._said})
