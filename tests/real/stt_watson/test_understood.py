"""A recorded voice, understood through the whole of it: our client, the protocol, an offline engine behind."""

from pathlib import Path

import pytest

from switchhook import AudioFormat, load_audio, load_recogniser
from switchhook.testing.conformance import check_speech_to_text

pytestmark = pytest.mark.anyio

PCM = AudioFormat("PCM", 8000)
VOICE = Path(__file__).parents[2] / "data" / "speech" / "human" / "agent.wav"


async def test_a_recorded_voice_is_understood(watson):
    samples = load_audio(VOICE.read_bytes(), PCM)
    async with watson(load_recogniser("moonshine")) as (_, _, engine):
        finals = await check_speech_to_text(lambda: engine, samples)
        assert "agent" in " ".join(final.text for final in finals).lower()
