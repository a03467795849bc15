"""What a voice must hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio

from ...contract.audio import BYTES_PER_SAMPLE, AudioFormat
from ...contract.errors import Unspeakable, ours
from ...contract.languages import language_for
from ...contract.speech import Parameters, TextToSpeech
from .driver import NOBODYS, RATES, formats_of, offers_of, stranger, typed
from .report import Report, Sentence, count_tasks, described, examine
from .sound import LINE, WIDE, sounds

SENTENCE = "One moment, please. I am looking it up."
SCRIPTS = ("请稍等。", "Один момент.", "لحظة من فضلك.")
SOON = 5.0  # seconds
SHORTEST = 0.3  # seconds that a sentence lasts at least

SPEAKS = Sentence("PCM at the line's rate is always possible", "a line in no other format hears nothing")
DECLARED = Sentence(
    "audio is in the format that it was asked for",
    "the caller hears noise, or a voice at half or twice its speed",
)
WHOLE = Sentence("chunks are bytes of whole samples", "from half a sample on, all is noise")
SOUND = Sentence("a sentence has a sound", "the caller hears nothing and waits")
SSML = Sentence(
    "`ssml` is True or False, and True where markup is understood", "the caller hears the tags read out"
)
LONGEST = Sentence(
    "a text of `max_bytes` bytes of UTF-8 is spoken", "core cuts longer ones only: an answer would be missing"
)
UNKNOWN = Sentence(
    "parameters that it does not know are no failure",
    "they are the assistant's JSON: a typing error costs the answer",
)
SEVERAL = Sentence(
    "several texts are spoken at once", "the second caller waits, or hears the first one's answer"
)
LEAVE = Sentence("leaving early is possible and quick", "after a barge-in the caller would not be answered")
AGAIN = Sentence("after leaving early it speaks on", "the first barge-in would be the last prompt")
CANCEL = Sentence("a cancellation is not swallowed", "the server cannot end a call, nor stop")
ANSWER = Sentence(
    "a language that it does not know is LanguageUnknown",
    "any other error counts against the engine's health, for all callers",
)
UNSPEAKABLE = Sentence(
    "a text that it cannot say is Unspeakable, raised before any audio",
    "no other voice is asked, and the caller hears nothing; or the engine is held to be ill",
)


async def check_text_to_speech(
    factory: Callable[[], TextToSpeech], text: str = SENTENCE, *, language: str = "en-US"
) -> bytes:
    """`text` is in `language`, a sentence or two. Raises ContractBroken. Gives the samples: signed 16-bit,
    little-endian, 8,000 a second."""
    report, spoken = Report("TextToSpeech"), bytearray()

    async def examination(engine: TextToSpeech) -> None:
        spoken.extend(await _Examination(report, engine, text, language).run())

    await examine(report, factory, examination)
    report.close()
    return bytes(spoken)


class _Examination:
    def __init__(self, report: Report, engine: TextToSpeech, text: str, language: str) -> None:
        self._report, self._engine, self._text = report, engine, text
        self._language = language_for(engine, language)
        self._lasts = 0.0  # seconds, in PCM at 8000

    async def run(self) -> bytes:
        offers_of(self._report, self._engine)
        formats = formats_of(self._report, self._engine)
        self._says_what_it_takes()
        spoken = b""
        with self._report.within(SPEAKS, f"a sound of {self._text!r}"):
            spoken = await self._speak(LINE, {})
        if self._report.broken(SPEAKS):
            self._report.give_up("nothing is spoken")
            return b""
        self._lasts = LINE.seconds(len(spoken))
        came = f"{self._lasts:.2f} s, {'with' if sounds(LINE, spoken) else 'without'} sound"
        heard = self._lasts > SHORTEST and sounds(LINE, spoken)
        self._report.hold(heard, SOUND, f"more than {SHORTEST} s that are not silence", came)
        for audio in formats:
            await self._in(audio)
        with typed(self._report, RATES, "a sound in PCM at 16000, or SpeechError"):
            async with self._engine.synthesize(self._text, WIDE, self._language, {}) as chunks:
                spoken_wide = b"".join([chunk async for chunk in chunks])
            self._as_long(WIDE, spoken_wide)
        for probe in (
            self._unknown,
            self._several,
            self._left,
            self._cancelled,
            self._longest,
            self._marked_up,
        ):
            await probe()
        await count_tasks(self._report, self._use)
        with stranger(self._report, ANSWER):
            await self._first(self._text, "tlh")
        for script in SCRIPTS:
            await self._foreign(script)
        return spoken

    def _says_what_it_takes(self) -> None:
        most: object = getattr(self._engine, "max_bytes", None)
        enough = isinstance(most, int) and most >= len(self._text.encode())
        self._report.hold(enough, LONGEST, "max_bytes that a sentence fits into", repr(most))
        marked: object = getattr(self._engine, "ssml", None)
        self._report.hold(isinstance(marked, bool), SSML, "True or False", repr(marked))

    async def _speak(self, audio: AudioFormat, parameters: Parameters, text: str = "") -> bytes:
        spoken = bytearray()
        async with self._engine.synthesize(text or self._text, audio, self._language, parameters) as chunks:
            async for chunk in chunks:
                self._look_at(chunk, audio)
                spoken += chunk
        return bytes(spoken)

    def _look_at(self, chunk: Any, audio: AudioFormat) -> None:
        if self._report.hold(
            isinstance(chunk, bytes | bytearray | memoryview), WHOLE, "bytes", repr(chunk)[:40]
        ):
            whole = len(chunk) % BYTES_PER_SAMPLE[audio.encoding] == 0
            self._report.hold(whole, WHOLE, "a whole number of samples", f"{len(chunk)} bytes")

    async def _first(self, text: str, language: str) -> bytes:
        """Until something sounds, as at a barge-in."""
        async with self._engine.synthesize(text, LINE, language, {}) as chunks:
            async for chunk in chunks:
                if chunk:
                    return bytes(chunk)
        return b""

    # --- parts

    async def _in(self, audio: AudioFormat) -> None:
        name = f"{audio.encoding} at {audio.rate}"
        with self._report.within(DECLARED, f"a sound in {name}"):
            self._as_long(audio, await self._speak(audio, {}))

    def _as_long(self, audio: AudioFormat, spoken: bytes) -> None:
        name = f"{audio.encoding} at {audio.rate}"
        lasts = audio.seconds(len(spoken))
        as_long = self._lasts / 1.5 <= lasts <= self._lasts * 1.5
        expected = f"about {self._lasts:.1f} s in {name}, as in PCM at 8000"
        self._report.hold(as_long or not spoken, DECLARED, expected, f"{lasts:.1f} s")

    async def _unknown(self) -> None:
        with self._report.within(UNKNOWN, f"a sound in spite of {NOBODYS}"):
            await self._speak(LINE, NOBODYS)

    async def _several(self) -> None:
        spoken: list[int] = []

        async def one() -> None:
            spoken.append(len(await self._speak(LINE, {})))

        with self._report.within(SEVERAL, "three at once"):
            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(one)
        short = [LINE.seconds(size) for size in spoken if LINE.seconds(size) < self._lasts / 1.5]
        self._report.hold(not short, SEVERAL, f"about {self._lasts:.1f} s each", f"{short} s")

    async def _use(self) -> None:
        """Until the first sound; then the caller speaks."""
        with self._report.within(LEAVE, "to be out after the first chunk"):
            await self._first(self._text, self._language)

    async def _left(self) -> None:
        with self._report.within(LEAVE, "to be out without a chunk", SOON):
            async with self._engine.synthesize(self._text, LINE, self._language, {}):
                pass
        await self._use()
        spoken = b""
        with self._report.within(AGAIN, "a sound after it was left early"):
            spoken = await self._speak(LINE, {})
        lasts = LINE.seconds(len(spoken))
        self._report.hold(lasts >= self._lasts / 1.5, AGAIN, f"about {self._lasts:.1f} s", f"{lasts:.1f} s")

    async def _cancelled(self) -> None:
        """In the midst; one that has all it needs may come to its end all the same."""
        got, ended = 0, False
        with (
            self._report.within(CANCEL, "the cancellation to come through", SOON),
            anyio.CancelScope() as scope,
        ):
            async with self._engine.synthesize(self._text, LINE, self._language, {}) as chunks:
                scope.cancel()
                async for chunk in chunks:
                    got += len(chunk)
                ended = True
        whole = LINE.seconds(got) >= self._lasts / 1.5
        self._report.hold(not ended or whole, CANCEL, "the cancellation to come through", "an ordinary end")

    async def _longest(self) -> None:
        most = self._engine.max_bytes
        if not self._report.broken(LONGEST):
            words = self._text + " "
            text = (words * (most // len(words.encode()) + 1)).encode()[:most].decode(errors="ignore")
            with self._report.within(LONGEST, f"a sound of {most} bytes of text"):
                sound = await self._first(text, self._language)
                self._report.hold(sound, LONGEST, f"a sound of {most} bytes of text", "none")

    async def _marked_up(self) -> None:
        if self._engine.ssml is True:
            marked = f'<speak version="1.0">{self._text}</speak>'
            with self._report.within(SSML, f"a sound of {marked!r}"):
                lasts = LINE.seconds(len(await self._speak(LINE, {}, marked)))
                about = self._lasts / 1.5 <= lasts <= self._lasts * 1.5
                self._report.hold(
                    about, SSML, f"about {self._lasts:.1f} s, tags or no tags", f"{lasts:.1f} s"
                )

    async def _foreign(self, text: str) -> None:
        sound = b""
        try:
            with anyio.fail_after(SOON * 2):
                async with self._engine.synthesize(text, LINE, self._language, {}) as chunks:
                    async for chunk in chunks:
                        sound += chunk
        except Exception as error:  # noqa: BLE001  # reported, not swallowed
            said = isinstance(ours(error), Unspeakable) and not sound
            after = " after some audio" * bool(sound)
            self._report.hold(
                said, UNSPEAKABLE, f"a sound of {text}, or Unspeakable", described(error) + after
            )
        else:
            self._report.hold(sound, UNSPEAKABLE, f"a sound of {text}, or Unspeakable", "neither")
