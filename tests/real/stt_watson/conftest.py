"""An engine that hears words in the audio's own bytes, and emulated Watson services in front of it."""

from contextlib import asynccontextmanager
from itertools import groupby
from math import inf
from pathlib import Path

import anyio
import pytest

from switchhook import AudioFormat, Options, SpeechError, SpeechStarted, Transcript
from switchhook_stt_watson.plugin import create_stt
from switchhook_testing_watson import emulate

LINE = AudioFormat("PCMU", 8000)
PHRASE = 0.4  # seconds of silence that end an utterance


class Ear:
    """A SpeechToText. Each run of one byte that is no silence is a word, whatever its length."""

    formats = (LINE,)

    def __init__(self):
        self.parameters = []
        self.fed = []  # bytes of each recognition

    @asynccontextmanager
    async def open(self, audio, language, parameters, /):
        assert audio == LINE
        self.parameters.append(parameters)
        self.fed.append(bytearray())
        recognition = CallTimes(self.fed[-1])
        with recognition.send, recognition.receive:
            yield recognition


class CallTimes:
    def __init__(self, fed):
        self.fed = fed
        self.at, self.words, self.start, self.end, self.last = 0, [], 0.0, 0.0, None
        self.send, self.receive = anyio.create_memory_object_stream(inf)

    def feed(self, audio, /):
        self.fed += audio
        for byte, run in groupby(audio):
            size = len(list(run))
            began, self.at = self.at, self.at + size
            if byte == 0xFF:
                self.last = None
                if self.words and LINE.seconds(self.at) - self.end >= PHRASE:
                    self._final()
                continue
            if not self.words:
                self.start = LINE.seconds(began)
                self.send.send_nowait(SpeechStarted(self.start))
            self.end = LINE.seconds(self.at)
            if byte != self.last:
                self.words.append(f"w{byte}")
            self.last = byte
            self.send.send_nowait(Transcript(" ".join(self.words), False, self.start, self.end))

    def _final(self):
        self.send.send_nowait(Transcript(" ".join(self.words), True, self.start, self.end, 0.9))
        self.words = []

    def configure(self, _language, _parameters, /):
        return False

    def finish(self):
        if self.words:
            self._final()
        self.send.send_nowait(None)

    async def __aiter__(self):
        async for heard in self.receive:
            if heard is None:
                return
            yield heard


class Heard:
    """What a recognition told, collected while a test goes on."""

    def __init__(self):
        self.events, self.problem, self.over = [], None, False
        self._news = anyio.Event()

    async def collect(self, recognition):
        try:
            async for each in recognition:
                self.events.append(each)
                self._tell()
        except SpeechError as error:
            self.problem = error
        self.over = True
        self._tell()

    def _tell(self):
        self._news.set()
        self._news = anyio.Event()

    @property
    def finals(self):
        return [each for each in self.events if isinstance(each, Transcript) and each.final]

    @property
    def words(self):
        return " ".join(final.text for final in self.finals if final.text)

    async def until(self, holds, patience=8.0):
        with anyio.fail_after(patience):
            while not holds(self):
                await self._news.wait()


@pytest.fixture(autouse=True)
def clean(clean_environment):
    pass


def engine_at(url, ca, api_key, **table):
    """Made as a configuration makes it."""
    given = {"url": url, "api_key": api_key, **({"ca": str(ca)} if ca else {}), **table}
    return create_stt(Options(given, place="stt", base=Path()))


@pytest.fixture
def watson(monkeypatch):
    """`async with watson() as (emulated, ear, engine)`."""

    @asynccontextmanager
    async def run(stt=None, **table):
        ear = stt or Ear()
        async with emulate(stt=ear) as emulated:
            monkeypatch.setenv("SPEECH_TO_TEXT_AUTH_URL", emulated.iam_url)
            given = {"api_key": emulated.api_key, "ca": emulated.ca, **table}
            yield emulated, ear, engine_at(emulated.speech_to_text_url, **given)

    return run


@pytest.fixture
def listening():
    """`async with listening(engine) as (recognition, heard)`, collecting what is told."""

    @asynccontextmanager
    async def run(engine, parameters=None, audio=LINE, language="en-US"):
        heard = Heard()
        async with (
            engine.open(audio, language, parameters or {}) as recognition,
            anyio.create_task_group() as group,
        ):
            group.start_soon(heard.collect, recognition)
            yield recognition, heard
            group.cancel_scope.cancel()

    return run
