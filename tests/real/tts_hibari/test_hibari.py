"""The real voice: what it says is understood by the real recogniser, over a telephone line."""

import socket
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
from switchhook_embedded.pieces import spoken_pieces, without_rulers
from switchhook_embedded.samples import from_pcm
from switchhook_embedded.testing import LINE, finals, hear, words
from switchhook_tts_hibari.plugin import create_tts

pytestmark = pytest.mark.anyio

PROMPTS = [
    "Welcome to the bank. How can I help you today?",
    "Please enter your personal identification number, followed by the pound key.",
    "I am sorry, I did not understand that. Please try again.",
    "One moment please, I am connecting you with an agent.",
    "Your card has been blocked. A new one is on its way.",
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


async def said(voice, text, audio=LINE):
    async with voice.synthesize(text, audio, "en-US", {}) as chunks:
        return [chunk async for chunk in chunks]


async def test_it_says_which_languages_it_knows_and_refuses_others(voice):
    assert voice.languages == ("en-US",)
    with pytest.raises(LanguageUnknown, match="hibari knows the languages en-US"):
        async with voice.synthesize("Hola.", LINE, "es-ES", {}):
            pass


@pytest.mark.parametrize("text", ["Русский текст", "日本語", "Welcome. Ελληνικά"])
async def test_a_text_that_it_cannot_say_is_unspeakable_and_not_a_failure(voice, text):
    with pytest.raises(Unspeakable):
        await said(voice, text)


@pytest.mark.parametrize("text", ["…", "😀", "!"])
async def test_a_text_without_words_is_no_error(voice, text):
    await said(voice, text)


async def test_what_is_said_is_understood(voice, recogniser):
    codec, errors, total = codec_for(AudioFormat("PCMU", 8000)), 0, 0
    for prompt in PROMPTS:
        pcm = bytes(8000) + b"".join(await said(voice, prompt)) + bytes(16_000)
        understood = finals(await hear(recogniser, codec.decode(codec.encode(pcm)))).split()
        errors += Levenshtein.distance(words(prompt).split(), understood)
        total += len(words(prompt).split())

    assert errors / total <= 0.1


async def test_the_same_text_is_the_same_bytes(voice):
    assert await said(voice, PROMPTS[0]) == await said(voice, PROMPTS[0])


async def test_a_text_comes_sentence_by_sentence(voice):
    assert len(await said(voice, "Dr. Lee is in. She will see you. Who are you?")) == 3


async def test_speech_is_as_loud_as_a_telephone_expects(voice):
    for prompt in PROMPTS:
        for chunk in await said(voice, prompt):
            samples = from_pcm(chunk)
            assert -26 < 20 * np.log10(np.sqrt(np.mean(np.square(samples)))) < -19
            assert 20 * np.log10(np.max(np.abs(samples))) < -2.9


async def test_its_own_rate_and_the_lines_last_the_same(voice):
    line = sum(map(len, await said(voice, PROMPTS[0]))) / 16_000
    own = sum(map(len, await said(voice, PROMPTS[0], AudioFormat("PCM", 24_000)))) / 48_000

    assert line == pytest.approx(own, abs=0.001)


async def test_calls_may_speak_at_once(voice):
    expected, spoken = await said(voice, PROMPTS[1]), []

    async def caller():
        spoken.append(await said(voice, PROMPTS[1]))

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
    "signs with spaces": "< % # ^ " * 1250,
    "fractions": "½" * 5000,
    "full-width": "番号。、" * 800,
    "half a surrogate pair": "one \ud83d two " * 700,
    "link": "https://example.com/a?b=%20c&" * 340,
}


@pytest.fixture(scope="module")
def runs(voice):
    """How many phonemes the model was given at once, each time."""
    model, sizes = voice._synthesiser._hibari, []
    run = model.from_phonemes
    model.from_phonemes = lambda phonemes, **more: sizes.append(len(phonemes)) or run(phonemes, **more)
    yield sizes
    del model.from_phonemes


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_the_model_is_never_given_much_at_once(voice, runs, text):
    """Its memory grows with the square of it."""
    runs.clear()
    for piece in spoken_pieces(without_rulers(text))[:5]:
        voice._synthesiser.speak(piece, "en-US")

    assert max(runs, default=0) <= 140
    assert sum(runs) <= 5 * 450


async def test_a_usual_sentence_is_made_in_one_run(voice, runs):
    runs.clear()
    await said(voice, PROMPTS[1])

    assert len(runs) == 1


def test_it_is_made_and_works_without_a_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the engine asked for the network")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert anyio.run(said, create_tts(options()), "Hello.")


def test_the_plugin_is_found_under_the_name_hibari():
    (entry,) = entry_points(group="switchhook.tts", name="hibari")

    assert entry.load().create_tts is create_tts


def test_no_option_is_known():
    with pytest.raises(SettingsError, match="voice: unknown key"):
        create_tts(options(voice="emma"))


def test_where_the_library_is_missing_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "switchhook_tts_hibari.voice", raising=False)
    monkeypatch.setitem(sys.modules, "hibari", None)

    with pytest.raises(StartError, match=r"pip install hibari-tts==0\.2\.1"):
        create_tts(options())


def test_naming_the_plugin_loads_no_engine():
    code = "import sys, switchhook_tts_hibari.plugin as p; print({'numpy', 'hibari'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_model_that_is_missing_is_a_line_with_the_way_out(monkeypatch, tmp_path):
    from hibari import Hibari

    gone = tmp_path / "voice.onnx"
    monkeypatch.setattr("switchhook_tts_hibari.voice.Hibari", lambda: Hibari(model=str(gone)))
    with pytest.raises(StartError) as raised:
        create_tts(Options({}, place="tts", base=tmp_path))
    said = str(raised.value)
    assert said.startswith("hibari's model cannot be loaded (")
    assert str(gone) in said
    assert said.endswith("): pip install --force-reinstall hibari-tts==0.2.1")
    assert "\n" not in said
