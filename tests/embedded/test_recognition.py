"""One caller being listened to: a real voice detector, decoders by the test."""

import threading
from contextlib import AsyncExitStack

import anyio
import pytest

from switchhook import (
    AudioFormat,
    FallsBehind,
    KnowsLanguages,
    LanguageUnknown,
    SpeechError,
    SpeechStarted,
    Transcript,
)
from switchhook_embedded.recogniser import EmbeddedSpeechToText
from switchhook_embedded.testing import LINE, finals, hear

pytestmark = pytest.mark.anyio

PATIENCE = 10.0
PAUSE = bytes(16_000)  # 1 s


class Decoders:
    """Each decode is numbered, and waits until the test lets it go; what it gives is its number."""

    def __init__(self, workers=2, **engine):
        self._lock, self._count = threading.Lock(), 0
        self.begun = [threading.Event() for _ in range(9)]
        self.released = [threading.Event() for _ in range(9)]
        self.engine = EmbeddedSpeechToText("held", [self.decode] * workers, **engine)

    def decode(self, _samples):
        with self._lock:
            number, self._count = self._count, self._count + 1
        self.begun[number].set()
        assert self.released[number].wait(PATIENCE)
        return f"result {number}"

    def release(self, *numbers):
        for number in numbers:
            self.released[number].set()

    def release_all(self):
        self.release(*range(9))

    async def wait_for(self, number):
        assert await anyio.to_thread.run_sync(self.begun[number].wait, PATIENCE)


@pytest.fixture
def words():
    """An engine whose every utterance is one word, without interims."""
    return EmbeddedSpeechToText("words", [lambda _: "word"] * 2, interims=False)


async def test_an_utterance_is_a_beginning_and_a_final(words, speech):
    started, final = await hear(words, speech + PAUSE)

    assert started == SpeechStarted(pytest.approx(0.6, abs=0.1))
    assert final == Transcript("word", True, pytest.approx(0.6, abs=0.1), pytest.approx(2.6, abs=0.1))


async def test_the_last_final_comes_after_finish_though_the_caller_was_cut_off(words, speech):
    assert finals(await hear(words, speech[:-8000])) == "word"


async def test_without_speech_nothing_is_told(words):
    assert await hear(words, bytes(80_000)) == []


async def test_one_final_for_each_utterance(words, speech):
    assert finals(await hear(words, (speech + PAUSE) * 3)) == "word word word"


async def test_a_click_is_an_empty_final_that_no_decoder_saw(speech):
    def never(_samples):
        raise AssertionError

    _, final = await hear(EmbeddedSpeechToText("clicks", [never]), speech[: 8000 + 2800] + PAUSE)

    assert final.text == ""


async def test_an_interim_comes_while_the_caller_speaks(speech):
    engine = EmbeddedSpeechToText("words", [lambda _: "word"])
    async with engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech[:24_000])
        with anyio.fail_after(PATIENCE):
            started, interim = await anext(recognition), await anext(recognition)

    assert isinstance(started, SpeechStarted)
    assert not interim.final
    assert interim.text == "word"


async def test_an_engine_without_interims_tells_none(words, speech):
    async with words.open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech + PAUSE)
        recognition.finish()
        assert [e.final for e in [event async for event in recognition] if isinstance(e, Transcript)] == [
            True
        ]


async def test_an_interim_that_took_longer_than_its_final_is_not_told(speech):
    held = Decoders()
    async with held.engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech[:24_000])
        await held.wait_for(0)
        recognition.feed(speech[24_000:] + PAUSE)
        await held.wait_for(1)
        held.release(1)
        first = [await anext(recognition), await anext(recognition)]
        held.release_all()
        recognition.finish()
        rest = [event async for event in recognition]

    assert [getattr(event, "text", None) for event in first] == [None, "result 1"]
    assert rest == []


async def test_finals_are_told_in_order_though_decoded_out_of_it(speech):
    held = Decoders(interims=False)
    async with held.engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech + PAUSE + speech + PAUSE)
        recognition.finish()
        await held.wait_for(1)
        held.release(1)
        held.release(0)
        told = [event.text async for event in recognition if isinstance(event, Transcript)]

    assert told == ["result 0", "result 1"]


async def test_only_one_interim_of_a_call_is_decoded_at_a_time(speech):
    held = Decoders()
    async with held.engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech[:24_000])
        await held.wait_for(0)
        recognition.feed(speech[24_000:])
        recognition.finish()
        await held.wait_for(1)  # the final: no interim took the second decoder
        held.release(1)
        told = [event async for event in recognition if isinstance(event, Transcript)]
        held.release_all()

    assert [(one.text, one.final) for one in told] == [("result 1", True)]


async def test_an_interim_whose_final_was_asked_for_meanwhile_is_not_decoded(speech):
    held = Decoders(workers=1)
    async with AsyncExitStack() as stack:
        busy, slow, marker = [
            await stack.enter_async_context(held.engine.open(LINE, "en-US", {})) for _ in range(3)
        ]
        busy.feed(speech[:24_000])
        await held.wait_for(0)
        slow.feed(speech + PAUSE)
        marker.feed(speech[:12_000])
        await anext(marker)  # listened to after the slow one, both of whose decodes wait by now
        held.release_all()
        slow.finish()

        assert finals([event async for event in slow]) == "result one"
        busy.finish()
        assert finals([event async for event in busy]) == "result two"


async def test_a_call_that_has_ended_is_not_decoded(speech):
    held = Decoders(workers=1, interims=False)
    async with AsyncExitStack() as stack:
        first, ended, last = [
            await stack.enter_async_context(held.engine.open(LINE, "en-US", {})) for _ in range(3)
        ]
        for recognition in (first, ended, last):
            recognition.feed(speech + PAUSE)
            await anext(recognition)
        await held.wait_for(0)  # the others' finals wait
        ended.close()
        held.release_all()
        last.finish()

        # the ended call's would have been number 1
        assert finals([event async for event in last]) == "result one"


async def test_a_decoder_that_raises_ends_the_iteration_with_a_speech_error(speech):
    def broken(_samples):
        raise ValueError("the caller's secret words")

    async with EmbeddedSpeechToText("broken", [broken]).open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech + PAUSE)
        with pytest.raises(SpeechError, match=r"^broken failed: ValueError$"):
            async for _ in recognition:
                pass


async def test_a_failed_recognition_may_be_fed_and_fails_again(speech):
    def broken(_samples):
        raise ValueError

    async with EmbeddedSpeechToText("broken", [broken]).open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech + PAUSE)
        for _ in range(2):
            with pytest.raises(SpeechError):
                async for _ in recognition:
                    pass
            recognition.feed(speech)


async def test_one_calls_failure_is_not_anothers(speech):
    def sometimes(samples):
        if len(samples) > 16_000 * 3:
            raise ValueError
        return "word"

    engine = EmbeddedSpeechToText("sometimes", [sometimes], interims=False)
    async with engine.open(LINE, "en-US", {}) as failing:
        failing.feed(speech + speech[8000:] + PAUSE)
        with pytest.raises(SpeechError):
            async for _ in failing:
                pass
        assert finals(await hear(engine, speech + PAUSE)) == "word"


async def test_the_same_end_is_told_again(words, speech):
    async with words.open(LINE, "en-US", {}) as recognition:
        recognition.feed(speech)
        recognition.finish()
        assert len([event async for event in recognition]) == 2
        assert [event async for event in recognition] == []


async def test_what_is_fed_after_finish_is_not_heard(words, speech):
    async with words.open(LINE, "en-US", {}) as recognition:
        recognition.finish()
        recognition.feed(speech + PAUSE)
        assert [event async for event in recognition] == []


@pytest.mark.parametrize("audio", [b"", b"\0", b"\1\2\3", bytes(100_001)])
async def test_any_bytes_may_be_fed(words, audio):
    async with words.open(LINE, "en-US", {}) as recognition:
        recognition.feed(audio)
        recognition.finish()
        assert [event async for event in recognition] == []


async def test_a_longer_silence_may_be_asked_for_when_opening(words, speech):
    digits = (speech[8000:] + bytes(11_200)) * 2
    for silence, count in [(0.3, 2), (1.5, 1)]:
        async with words.open(LINE, "en-US", {"end_of_phrase_silence_time": silence}) as recognition:
            recognition.feed(digits)
            recognition.finish()
            assert len(finals([event async for event in recognition]).split()) == count


async def test_a_longer_silence_may_be_asked_for_in_place(words, speech):
    async with words.open(LINE, "en-US", {}) as recognition:
        assert recognition.configure("en-US", {"end_of_phrase_silence_time": 1.5})
        recognition.feed((speech[8000:] + bytes(11_200)) * 2)
        recognition.finish()
        assert finals([event async for event in recognition]) == "word"


async def test_another_language_needs_another_recognition(words):
    async with words.open(LINE, "en-US", {}) as recognition:
        assert not recognition.configure("de-DE", {})


async def test_it_says_which_languages_it_knows(words):
    assert isinstance(words, KnowsLanguages)
    assert words.languages == ("en-US",)


async def test_a_language_that_the_engine_does_not_know_is_refused(words):
    with pytest.raises(LanguageUnknown, match="words knows the languages en-US, got 'de-DE'"):
        async with words.open(LINE, "de-DE", {}):
            pass


async def test_coded_audio_is_refused(words):
    with pytest.raises(SpeechError, match="PCM"):
        async with words.open(AudioFormat("PCMU", 8000), "en-US", {}):
            pass


async def test_no_thread_is_left_when_the_last_call_has_ended(speech):
    engine = EmbeddedSpeechToText("leaving", [lambda _: "word"] * 2)
    await hear(engine, speech + PAUSE)

    for thread in threading.enumerate():
        if thread.name.startswith("leaving"):
            thread.join(PATIENCE)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("leaving")]


async def test_many_calls_at_once_are_each_heard_to_the_end(words, speech):
    counts = []

    async def caller():
        counts.append(len(finals(await hear(words, (speech + PAUSE) * 2)).split()))

    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(caller)

    assert counts == [2] * 20


async def test_an_engine_says_how_long_finals_have_waited_for_a_decoder(speech, monkeypatch):
    clock = [10.0]
    monkeypatch.setattr("switchhook_embedded.threads.monotonic", lambda: clock[0])
    decoders = Decoders(workers=1, interims=False)
    assert isinstance(decoders.engine, FallsBehind)
    async with AsyncExitStack() as stack:
        stack.callback(decoders.release_all)
        for _ in range(2):
            recognition = await stack.enter_async_context(decoders.engine.open(LINE, "en-US", {}))
            recognition.feed(speech + PAUSE)
            await decoders.wait_for(0)
        while not decoders.engine._pool._threads.backlog:
            await anyio.sleep(0.001)
        clock[0] = 13.0
        assert decoders.engine.behind() == 3.0
        decoders.release_all()
        while decoders.engine._pool._threads.backlog:
            await anyio.sleep(0.001)
        assert decoders.engine.behind() == 0.0
