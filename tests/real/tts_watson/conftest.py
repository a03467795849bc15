"""Emulated Watson services, whose voice is a MemoryTextToSpeech."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchhook import AudioFormat, Options
from switchhook.testing import MemoryTextToSpeech
from switchhook_testing_watson import emulate
from switchhook_tts_watson.plugin import create_tts

PCMU, PCM = AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000)


@pytest.fixture(autouse=True)
def clean(clean_environment):
    pass


class Requests:
    """What the emulated service was asked to say."""

    def __init__(self, emulated):
        self._emulated = emulated

    @property
    def seen(self):
        return [seen for seen in self._emulated.log if seen.path.endswith("/v1/synthesize")]

    @property
    def texts(self):
        return [seen.body["text"] for seen in self.seen]

    @property
    def queries(self):
        return [dict(seen.query) for seen in self.seen]


@pytest.fixture
def watson(monkeypatch):
    """`async with watson() as (emulated, voice, engine, requests)`."""

    @asynccontextmanager
    async def run(tts=None, **table):
        voice = tts or MemoryTextToSpeech(formats=(PCMU, PCM), ssml=True, seconds=1.0)
        async with emulate(tts=voice) as emulated:
            monkeypatch.setenv("TEXT_TO_SPEECH_AUTH_URL", emulated.iam_url)
            given = {"url": emulated.text_to_speech_url, "api_key": emulated.api_key, "ca": str(emulated.ca)}
            engine = create_tts(Options(given | table, place="tts", base=Path()))
            try:
                yield emulated, voice, engine, Requests(emulated)
            finally:
                await engine._service.aclose()  # type: ignore[attr-defined]

    return run


@pytest.fixture
def say():
    """`await say(engine, text)` gives all of the audio."""

    async def speak(engine, text, parameters=None, audio=PCMU, language="en-US"):
        async with engine.synthesize(text, audio, language, parameters or {}) as chunks:
            return b"".join([chunk async for chunk in chunks])

    return speak
