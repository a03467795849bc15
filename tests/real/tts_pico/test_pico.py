"""The real voice: what it says is understood by the real recogniser, over a telephone line."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import anyio
import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from switchhook import (
    AudioFormat,
    LanguageUnknown,
    Options,
    SettingsError,
    StartError,
    Unspeakable,
    codec_for,
)
from switchhook_embedded.samples import from_pcm
from switchhook_embedded.testing import LINE, finals, hear, words
from switchhook_tts_pico.plugin import create_tts

pytestmark = pytest.mark.anyio

PROMPTS = [
    "Welcome to the bank. How can I help you today?",
    "Please enter your personal identification number, followed by the pound key.",
    "I am sorry, I did not understand that. Please try again.",
    "One moment please, I am connecting you with an agent.",
    "Thank you for calling. Goodbye.",
]


def options(**table):
    return Options(table, place="connectors.support.tts", base=Path())


@pytest.fixture(scope="module")
def voice():
    return create_tts(options())


@pytest.fixture(scope="module")
def recogniser():
    from switchhook_stt_moonshine.plugin import create_stt

    return create_stt(Options({"workers": 1}, place="stt", base=Path()))


async def said(voice, text, audio=LINE, language="en-US"):
    async with voice.synthesize(text, audio, language, {}) as chunks:
        return [chunk async for chunk in chunks]


async def test_what_is_said_is_mostly_understood(voice, recogniser):
    """It is harder to understand than a person: published measurements say 16 % at this bandwidth."""
    codec, errors, total = codec_for(AudioFormat("PCMU", 8000)), 0, 0
    for prompt in PROMPTS:
        pcm = bytes(8000) + b"".join(await said(voice, prompt)) + bytes(16_000)
        understood = finals(await hear(recogniser, codec.decode(codec.encode(pcm)))).split()
        errors += Levenshtein.distance(words(prompt).split(), understood)
        total += len(words(prompt).split())

    assert errors / total <= 0.25


async def test_a_text_comes_sentence_by_sentence(voice):
    assert len(await said(voice, "Dr. Lee is in. She will see you. Who are you?")) == 3


async def test_speech_is_as_loud_as_a_telephone_expects(voice):
    for prompt in PROMPTS:
        for chunk in await said(voice, prompt):
            samples = from_pcm(chunk)
            assert -26 < 20 * np.log10(np.sqrt(np.mean(np.square(samples)))) < -19
            assert 20 * np.log10(np.max(np.abs(samples))) < -2.9


@pytest.mark.parametrize("language", ["en-GB", "de-DE", "es-ES", "fr-FR", "it-IT"])
async def test_every_language_has_a_voice_of_its_own(voice, language):
    american, other = [sum(map(len, await said(voice, "Radio.", language=n))) for n in ("en-US", language)]

    assert 0 < other != american


async def test_it_says_which_languages_it_knows_and_refuses_others(voice):
    assert voice.languages == ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")
    with pytest.raises(LanguageUnknown, match="pico knows the languages"):
        await said(voice, "Hello.", language="ja-JP")


@pytest.mark.parametrize("text", ["Русский текст", "日本語", "Welcome. Ελληνικά", "١٢٣"])
async def test_a_text_that_it_cannot_say_is_unspeakable_and_not_a_failure(voice, text):
    with pytest.raises(Unspeakable):
        await said(voice, text)


@pytest.mark.parametrize("text", ["…", "😀", "!"])
async def test_a_text_without_words_is_no_error(voice, text):
    await said(voice, text)


async def test_angle_brackets_are_words_not_commands(voice):
    fast = await said(voice, '<speed level="500">Good morning to all of you</speed>.')

    assert sum(map(len, fast)) > sum(map(len, await said(voice, "Good morning to all of you.")))


async def test_calls_may_speak_at_once(voice):
    """Its noise differs from time to time, its length does not."""
    expected, spoken = [len(chunk) for chunk in await said(voice, PROMPTS[0])], []

    async def caller():
        spoken.append([len(chunk) for chunk in await said(voice, PROMPTS[0])])

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(caller)

    assert spoken == [expected] * 8


HOSTILE = {
    "no spaces": "qxzv" * 2500,
    "words": "please enter your number " * 400,
    "accents": "é" * 5000,
    "digits": "7" * 10_000,
    "amounts": "$7,777,777.77 " * 700,
    "signs": "%+/&<#" * 1600,
    "brackets": "[" * 10_000,
    "full-width": "A番号。、" * 700,
    "link": "https://example.com/a?b=%20c&" * 340,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_no_piece_of_a_text_is_spoken_for_minutes(voice, text):
    """What Pico would say for minutes, or never come back from, is cut or left out before."""
    async with voice.synthesize(text, LINE, "en-US", {}) as chunks:
        lengths = [len(chunk) / 16_000 async for chunk in islice_of(chunks, 5)]

    assert all(length < 40 for length in lengths)


async def islice_of(chunks, count):
    for _ in range(count):
        chunk = await anext(chunks, None)
        if chunk is None:
            return
        yield chunk


def test_the_library_is_not_loaded_into_this_process(voice):
    assert not {"py_nanotts", "py_nanotts._nanotts"} & set(sys.modules)


async def test_its_process_ends_when_it_is_closed():
    voice = create_tts(options())
    process = voice._synthesiser._process._running._process  # type: ignore[attr-defined]
    await voice.aclose()  # type: ignore[attr-defined]

    assert process.returncode is not None


def test_the_plugin_is_found_under_the_name_pico():
    (entry,) = entry_points(group="switchhook.tts", name="pico")

    assert entry.load().create_tts is create_tts


def test_no_option_is_known():
    with pytest.raises(SettingsError, match="speed: unknown key"):
        create_tts(options(speed=2))


def test_where_the_library_is_missing_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "py_nanotts", None)

    with pytest.raises(StartError, match=r"pip install py-nanotts==0\.1\.1"):
        create_tts(options())


def test_naming_the_plugin_loads_no_engine():
    code = "import sys, switchhook_tts_pico.plugin as p; print({'numpy', 'py_nanotts'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
