"""Speech from a synthesiser that is made by the test."""

import threading

import anyio
import anyio.lowlevel
import numpy as np
import pytest

from switchhook import AudioFormat, KnowsLanguages, LanguageUnknown, SpeechError, Unspeakable
from switchhook_embedded.pieces import MOST
from switchhook_embedded.samples import from_pcm
from switchhook_embedded.scripts import LATIN
from switchhook_embedded.voice import EmbeddedTextToSpeech

pytestmark = pytest.mark.anyio

PATIENCE = 10.0  # seconds until a test that waits has failed
LINE = AudioFormat("PCM", 8000)


class Tones:
    """Every sentence is a second of a tone at 16 kHz."""

    rate, languages = 16_000, ("en-US", "de-DE")

    def __init__(self):
        self.spoken = []
        self.open = threading.Event()
        self.open.set()
        self._lock, self.making, self.most = threading.Lock(), 0, 0

    def speak(self, sentence, language):
        with self._lock:
            self.making += 1
            self.most = max(self.most, self.making)
        try:
            assert self.open.wait(PATIENCE)
            return self.tone(sentence, language)
        finally:
            with self._lock:
                self.making -= 1

    def tone(self, sentence, language):
        self.spoken.append((sentence, language))
        if "broken" in sentence:
            raise ValueError("the caller's name")
        seconds = 0 if sentence in ("?", "2") else 1
        return (0.03 * np.sin(np.arange(self.rate * seconds) * 0.1)).astype(np.float32)


@pytest.fixture
def tones():
    return Tones()


@pytest.fixture
def engine(tones):
    return EmbeddedTextToSpeech("tones", tones, threads=1)


async def said(engine, text, audio=LINE, language="en-US", parameters=None):
    async with engine.synthesize(text, audio, language, parameters or {}) as chunks:
        return [chunk async for chunk in chunks]


async def test_a_text_comes_sentence_by_sentence(engine, tones):
    chunks = await said(engine, "One. Two.")

    assert [sentence for sentence, _ in tones.spoken] == ["One.", "Two."]
    assert [len(chunk) for chunk in chunks] == [16_000, 16_000]


async def test_the_first_sentence_is_there_before_the_second_is_made(engine, tones):
    async with engine.synthesize("One. Two.", LINE, "en-US", {}) as chunks:
        await anext(chunks)
        assert [sentence for sentence, _ in tones.spoken] == ["One."]


async def test_who_leaves_early_stops_the_rest(engine, tones):
    async with engine.synthesize("One. Two. Three.", LINE, "en-US", {}) as chunks:
        await anext(chunks)

    assert len(tones.spoken) == 1


async def test_who_is_cancelled_stops_the_rest(engine, tones):
    with anyio.CancelScope() as scope:
        async with engine.synthesize("One. Two. Three.", LINE, "en-US", {}) as chunks:
            async for _ in chunks:
                scope.cancel()

    assert len(tones.spoken) == 1


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
async def test_any_rate_is_given(engine, rate):
    (chunk,) = await said(engine, "One.", AudioFormat("PCM", rate))

    assert len(chunk) == 2 * rate


async def test_quiet_speech_is_raised(engine):
    (chunk,) = await said(engine, "One.")

    level = 20 * np.log10(np.sqrt(np.mean(np.square(from_pcm(chunk)))))
    assert -23 < level < -19


async def test_what_makes_no_sound_is_left_out(engine):
    assert len(await said(engine, "One.\n?\nTwo.")) == 2


async def test_a_text_without_words_is_no_audio(engine):
    assert await said(engine, " \n") == []


@pytest.mark.parametrize("text", ["word " * 2000, "w" * 10_000, "7" * 10_000, "漢" * 3333, "é, " * 3333])
async def test_no_text_makes_the_synthesiser_say_much_at_once(engine, tones, text):
    await said(engine, text)

    assert max(len(sentence) for sentence, _ in tones.spoken) <= MOST


async def test_rulers_are_not_said(engine, tones):
    await said(engine, "Total\n==========\nFive")

    assert [sentence for sentence, _ in tones.spoken] == ["Total", "===", "Five"]


async def test_a_long_text_does_not_keep_a_short_one_waiting(engine, tones):
    async with anyio.create_task_group() as group:
        tones.open.clear()
        group.start_soon(said, engine, "Long one. " * 20)
        group.start_soon(said, engine, "Short.")
        for _ in range(10):
            await anyio.lowlevel.checkpoint()  # until both have asked
        tones.open.set()

    assert [sentence for sentence, _ in tones.spoken].index("Short.") == 1


@pytest.mark.parametrize("threads", [1, 2])
async def test_no_more_is_in_the_making_than_there_are_threads(tones, threads):
    engine = EmbeddedTextToSpeech("tones", tones, threads)
    async with anyio.create_task_group() as group:
        for _ in range(20):
            group.start_soon(said, engine, "One. Two. Three.")

    assert tones.most <= threads


async def test_what_the_synthesiser_holds_is_freed_when_it_is_closed(tones):
    closed = []
    engine = EmbeddedTextToSpeech("tones", tones, threads=1, close=lambda: closed.append(True))

    await engine.aclose()
    assert closed == [True]


async def test_a_synthesiser_that_holds_nothing_may_be_closed(engine):
    await engine.aclose()

    assert await said(engine, "One.")


async def test_the_language_that_fits_best_is_spoken(engine, tones):
    await said(engine, "Hallo.", language="de-AT")

    assert tones.spoken == [("Hallo.", "de-DE")]


async def test_a_language_that_is_not_there_is_refused(engine):
    with pytest.raises(LanguageUnknown, match="tones knows the languages en-US, de-DE, got 'ja-JP'"):
        await said(engine, "One.", language="ja-JP")


async def test_it_says_which_languages_it_knows(engine):
    assert isinstance(engine, KnowsLanguages)
    assert engine.languages == ("en-US", "de-DE")


@pytest.fixture
def latin(tones):
    return EmbeddedTextToSpeech("tones", tones, threads=1, scripts=LATIN)


@pytest.mark.parametrize("text", ["Русский текст", "日本語", "One. Русский текст! Two.", "One.\nこんにちは"])
async def test_a_sentence_of_letters_that_it_does_not_know_is_unspeakable_before_anything_is_made(
    latin, tones, text
):
    with pytest.raises(Unspeakable) as raised:
        await said(latin, text)
    assert (raised.value.reason, tones.spoken) == ("tones cannot say a text of this script", [])


@pytest.mark.parametrize("text", ["Call Иван now.", "Café Zoë", "1ª", "5 %", "…", "One. 24."])
async def test_a_text_with_letters_that_it_knows_or_with_none_is_left_to_the_voice(latin, tones, text):
    await said(latin, text)
    assert tones.spoken


async def test_a_voice_that_names_no_script_is_given_any_text(engine, tones):
    await said(engine, "日本語")
    assert tones.spoken == [("日本語", "en-US")]


async def test_a_text_that_gives_no_sound_is_unspeakable_and_not_a_failure(engine):
    with pytest.raises(Unspeakable):
        await said(engine, "2")


async def test_coded_audio_is_refused(engine):
    with pytest.raises(SpeechError, match="PCM"):
        await said(engine, "One.", AudioFormat("PCMU", 8000))


async def test_a_failure_is_a_speech_error_without_the_text(engine):
    with pytest.raises(SpeechError, match=r"^tones failed: ValueError$"):
        await said(engine, "One. broken.")


async def test_parameters_that_are_not_used_are_told_once(engine, caplog):
    for _ in range(2):
        await said(engine, "One.", parameters={"voice": "en-US_MichaelV3Voice"})

    assert caplog.messages == ["tones ignores the parameter 'voice'"]


async def test_linear_samples_at_8_khz_are_among_the_formats(engine):
    assert LINE in engine.formats
    assert not engine.ssml
