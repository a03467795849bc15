"""What a speech-to-text engine must hold."""

from __future__ import annotations

import inspect
import statistics
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio

from ...contract.audio import AudioFormat
from ...contract.languages import language_for
from ...contract.speech import Parameters, Recognition, SpeechStarted, SpeechToText, Transcript
from .driver import NOBODYS, RATES, formats_of, offers_of, stranger, typed
from .recognition import (
    ANSWER,
    CANCEL,
    CONFIGURE,
    DECLARED,
    ENDS,
    FINAL,
    LAST,
    LEAVE,
    NEVER,
    ON,
    OPENS,
    ORDER,
    PLAIN,
    QUICK,
    SEVERAL,
    SILENT,
    SURE,
    TEXT,
    TIMES,
    UNKNOWN,
    WAITS,
    well_typed,
)
from .report import Report, Sentence, count_tasks, examine, reading
from .sound import LINE, WIDE, coded

FRAME = 0.2  # seconds of audio in one call of `feed`
SPEED = 4  # times as fast as a caller: what is further behind may drop audio
LEAD, TAIL = 1.0, 1.5  # seconds of silence around the speech
BLOCKS, STALLS = 0.02, 1.0  # seconds: of the median `feed`, of the slowest
SOON = 5.0  # seconds


async def check_speech_to_text(
    factory: Callable[[], SpeechToText], speech: bytes = b"", *, rate: int = 8000, language: str = "en-US"
) -> list[Transcript]:
    """`speech`: one utterance in `language`, as signed 16-bit samples, little-endian, `rate` of them a
    second. Without it, nothing can be said of words. Raises ContractBroken. Gives the finals, for a look."""
    report, finals = Report("SpeechToText"), list[Transcript]()

    async def examination(engine: SpeechToText) -> None:
        finals.extend(await _Examination(report, engine, speech, rate, language).run())

    await examine(report, factory, examination)
    report.close()
    return finals


class _Examination:
    def __init__(self, report: Report, engine: SpeechToText, speech: bytes, rate: int, language: str) -> None:
        self._report, self._engine = report, engine
        self._speech, self._rate = speech, rate
        self._language = language_for(engine, language)
        self._feeds: list[float] = []  # seconds that each took

    async def run(self) -> list[Transcript]:
        offers_of(self._report, self._engine)
        formats = formats_of(self._report, self._engine)
        heard = await self._listen(LINE, OPENS)
        if self._report.broken(OPENS):
            self._report.give_up("no recognition opens")
            return []
        self._look_at(heard)
        for audio in formats:
            self._words(await self._listen(audio, DECLARED), f"in {audio.encoding} at {audio.rate}")
        await self._wide()
        for probe in (
            self._silence,
            self._late,
            self._configured,
            self._several,
            self._left,
            self._cancelled,
        ):
            await probe()
        await count_tasks(self._report, self._use)
        await self._foreign()
        self._time_of_feeding()
        return [each for each in heard if isinstance(each, Transcript) and each.final]

    # --- parts

    async def _listen(self, audio: AudioFormat, sentence: Sentence) -> list[Any]:
        """One utterance, silence around it, parameters that nobody knows. Whatever fails without them as well
        is not their fault."""
        heard: list[Any] = []
        with self._report.within(ENDS, f"an end, after finish() on a line of {audio.encoding}"):
            async with self._open(sentence, audio, NOBODYS) as recognition:
                if recognition is None:
                    return heard
                await self._speak(recognition, audio)
                with self._report.quiet(ENDS, "finish() is a plain call"):
                    recognition.finish()
                heard = [each async for each in recognition]
        return heard

    @asynccontextmanager
    async def _open(
        self, sentence: Sentence, audio: AudioFormat, parameters: Parameters
    ) -> AsyncIterator[Recognition | None]:
        """A recognition; where it does not open, `sentence` is broken, or the one of parameters."""
        expected = f"a recognition for {audio.encoding} at {audio.rate}"
        opened = False
        try:
            async with self._engine.open(audio, self._language, parameters) as recognition:
                opened = True
                yield recognition
        except Exception as error:
            if opened:
                raise
            with self._report.quiet(sentence, expected):
                if not parameters:
                    raise
                async with self._engine.open(audio, self._language, {}):
                    pass
            if not self._report.broken(sentence):
                with self._report.quiet(UNKNOWN, f"a recognition in spite of {dict(parameters)}"):
                    raise error  # noqa: TRY201  # of the first try, not of the second
            yield None

    async def _speak(self, recognition: Recognition, audio: AudioFormat) -> None:
        speech = coded(self._speech, self._rate, audio)
        sound = audio.silence(LEAD) + speech + audio.silence(TAIL)
        size = audio.size(FRAME)
        for start in range(0, len(sound), size):
            self._feed(recognition, sound[start : start + size], "a frame of audio")
            await anyio.sleep(FRAME / SPEED)

    def _feed(self, recognition: Recognition, data: bytes, what: str) -> None:
        start = self._report.clock()
        with self._report.quiet(NEVER, f"no exception at {what}"):
            given: object = recognition.feed(data)  # type: ignore[func-returns-value]
            if inspect.iscoroutine(given):
                given.close()
            self._report.hold(given is None, PLAIN, "None", type(given).__name__)
        self._feeds.append(self._report.clock() - start)

    async def _wide(self) -> None:
        """A line of another rate than the telephone's."""
        with typed(self._report, RATES, "a recognition of PCM at 16000, or SpeechError"):
            async with self._engine.open(WIDE, self._language, {}) as recognition:
                recognition.finish()

    async def _silence(self) -> None:
        heard: list[Any] = []
        with self._report.within(ENDS, "an end after silence"):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                self._feed(recognition, LINE.silence(2.0), "two seconds at once")
                recognition.finish()
                heard = [each async for each in recognition]
        texts = [each.text for each in heard if isinstance(each, Transcript) and each.text]
        self._report.hold(not texts, SILENT, "no text", texts)
        with self._report.within(ENDS, "an end where nothing was fed"):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                recognition.finish()
                async for _ in recognition:
                    pass

    async def _late(self) -> None:
        """What a leg may still deliver."""
        with self._report.within(LEAVE, f"to be out within {SOON:g} seconds of a finish", SOON):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                self._feed(recognition, b"", "no audio at all")
                self._feed(recognition, LINE.silence(30), "half a minute at once")
                recognition.finish()
                self._feed(recognition, LINE.silence(FRAME), "a frame after finish()")
            self._feed(recognition, LINE.silence(FRAME), "a frame after leaving")

    async def _configured(self) -> None:
        heard: list[Any] = []
        with self._report.within(ON, "an end after configure() and finish()"):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                with self._report.quiet(CONFIGURE, f"True or False for {NOBODYS}"):
                    could: object = recognition.configure(self._language, NOBODYS)
                    if inspect.iscoroutine(could):
                        could.close()
                    self._report.hold(
                        isinstance(could, bool), CONFIGURE, "True or False", type(could).__name__
                    )
                await self._speak(recognition, LINE)
                recognition.finish()
                heard = [each async for each in recognition]
        if self._speech and not self._report.broken(FINAL):
            self._report.hold(_finals(heard), ON, "a final of what was said after configure()", "none")

    async def _several(self) -> None:
        heard: list[list[Any]] = [[], [], []]

        async def one(mine: list[Any]) -> None:
            async with self._engine.open(LINE, self._language, {}) as recognition:
                await self._speak(recognition, LINE)
                recognition.finish()
                mine.extend([each async for each in recognition])

        with self._report.within(SEVERAL, "three at once that come to their end"):
            async with anyio.create_task_group() as group:
                for mine in heard:
                    group.start_soon(one, mine)
        if self._speech and not self._report.broken(FINAL) and not self._report.broken(SEVERAL):
            deaf = sum(not _finals(mine) for mine in heard)
            self._report.hold(not deaf, SEVERAL, "a final for each of three", f"none for {deaf} of them")

    async def _use(self) -> None:
        """As of a caller who hangs up."""
        with self._report.within(LEAVE, f"to be out within {SOON:g} seconds", SOON):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                self._feed(recognition, LINE.silence(1.0), "a second of audio")

    async def _left(self) -> None:
        await self._use()
        with self._report.within(
            LEAVE, f"to be out in the midst of an iteration, within {SOON:g} seconds", SOON
        ):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                await self._speak(recognition, LINE)
                async with reading(recognition) as heard:
                    with anyio.move_on_after(0.1):
                        await anext(heard, None)

    async def _cancelled(self) -> None:
        ended = False
        with self._report.within(CANCEL, "the cancellation to come through", SOON):
            async with self._engine.open(LINE, self._language, {}) as recognition:
                async with reading(recognition) as heard:
                    with anyio.move_on_after(0.3) as scope:
                        async for _ in heard:
                            pass
                        ended = True
                if ended and not scope.cancel_called:
                    self._report.hold(False, WAITS, "to wait for more", "an end before finish()")
                elif ended:
                    self._report.hold(False, CANCEL, "the cancellation to come through", "an ordinary end")

    async def _foreign(self) -> None:
        with stranger(self._report, ANSWER), anyio.move_on_after(SOON):
            async with self._engine.open(LINE, "tlh", {}) as recognition:
                recognition.finish()
                async for _ in recognition:
                    pass

    # --- what was heard

    def _look_at(self, heard: list[Any]) -> None:
        report = self._report
        heard = well_typed(report, heard)
        texts = [each for each in heard if isinstance(each, Transcript)]
        for each in texts:
            report.hold(each.text == each.text.strip(), TEXT, repr(each.text.strip()), repr(each.text))
            sure = each.confidence
            report.hold(sure is None or 0 <= sure <= 1, SURE, "None, or 0 to 1", sure)
        report.hold(not texts or texts[-1].final, LAST, "a final", "an interim")
        starts = [each.start for each in _finals(heard)]
        report.hold(starts == sorted(starts), ORDER, "each final to start after the one before", starts)
        self._words(heard, "in PCM at 8000")
        self._times(heard, texts)

    def _words(self, heard: list[Any], where: str) -> None:
        if self._speech:
            self._report.hold(_finals(heard), FINAL, f"a final with words, {where}", "none")

    def _times(self, heard: Iterable[Any], texts: Iterable[Transcript]) -> None:
        fed = LEAD + len(self._speech) / 2 / self._rate + TAIL
        for each in texts:
            inside = -0.01 <= each.start <= each.end <= fed + 0.5
            late = not (each.final and each.text and self._speech) or each.end > LEAD
            expected = f"0 <= start <= end <= {fed:.1f}, and an end after {LEAD:g}, when it was said"
            came = f"{each.start:g} to {each.end:g}"
            self._report.hold(inside and late, TIMES, expected, came)
        for each in heard:
            if isinstance(each, SpeechStarted):
                at = each.at
                self._report.hold(-0.01 <= at <= fed + 0.5, TIMES, f"SpeechStarted within {fed:.1f}", at)

    def _time_of_feeding(self) -> None:
        usual, worst = statistics.median(self._feeds), max(self._feeds)
        came = f"{usual * 1000:.0f} ms each, {worst * 1000:.0f} ms once"
        quick = usual < BLOCKS and worst < STALLS
        self._report.hold(quick, QUICK, f"less than {BLOCKS * 1000:.0f} ms for {FRAME:g} s of audio", came)


def _finals(heard: Iterable[Any]) -> list[Transcript]:
    return [each for each in heard if isinstance(each, Transcript) and each.final and each.text]
