"""Every bundled engine holds what the contracts promise, in real time with its own threads."""

from pathlib import Path

import pytest

from switchhook import AudioFormat, codec_for, load_audio, load_recogniser, load_voice
from switchhook.testing.conformance import (
    check_assistant,
    check_speech_to_text,
    check_text_to_speech,
)

pytestmark = pytest.mark.anyio
CLIPS = Path(__file__).parents[2] / "data/speech/human"
PCM = AudioFormat("PCM", 8000)
LINE = AudioFormat("PCMU", 8000)


def over_the_line(name):
    """A recording as it arrives: mu-law coded on the way."""
    codec = codec_for(LINE)
    return codec.decode(load_audio((CLIPS / f"{name}.wav").read_bytes(), LINE))


@pytest.mark.parametrize("name", ["moonshine", "whisper"])
async def test_a_recogniser_conforms(name):
    finals = await check_speech_to_text(
        lambda: load_recogniser(name, {"workers": 1}), over_the_line("info_last_call")
    )
    assert "last call" in finals[0].text.lower()


@pytest.mark.parametrize("name", ["hibari", "pico"])
async def test_a_voice_conforms(name):
    await check_text_to_speech(lambda: load_voice(name))


async def test_the_script_conforms(tmp_path):
    from switchhook import Options
    from switchhook_assistant_script.plugin import create_assistant

    (tmp_path / "bot.toml").write_text('[steps.hello]\nphrases = ["hello"]\nresponses = ["Hello."]\n')
    assistant = create_assistant(Options({"file": "bot.toml"}, place="assistant", base=tmp_path))
    greeting, answer = await check_assistant(lambda: assistant, ["hello"])
    assert [reply[0].text for reply in (greeting, answer)] == ["Hello.", "Hello."]


@pytest.mark.parametrize("name", ["moonshine", "whisper"])
async def test_key_tones_are_not_speech(name):
    from switchhook.tools.tune import listen
    from switchhook_responses.tones import Tone, tones

    sound = load_audio(tones([Tone(code=code) for code in range(12)], 150), PCM)
    assert await listen(load_recogniser(name, {"workers": 1}), sound, LINE, "en-US") == []
