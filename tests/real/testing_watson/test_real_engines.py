"""A recorded voice and an offline one, with IBM's SDK between them and the engines."""

import io
import re
import warnings
from pathlib import Path

import anyio
import pytest

from switchhook import AudioFormat, load_audio, load_recogniser, load_voice

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its docstrings, when they are compiled for the first time
    from ibm_watson.websocket import AudioSource, RecognizeCallback

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),  # the SDK's WebSockets
]

RECORDED = Path(__file__).parents[2] / "data" / "speech" / "human"
LINE = AudioFormat("PCMU", 8000)
MULAW = {"content_type": "audio/mulaw;rate=8000", "model": "en-US_Telephony"}


class Heard(RecognizeCallback):
    def __init__(self):
        super().__init__()
        self.finals, self.guesses, self.errors = [], [], []

    def on_transcription(self, transcript):
        self.finals.append(transcript[0]["transcript"])

    def on_hypothesis(self, hypothesis):
        self.guesses.append(hypothesis)

    def on_error(self, error):
        self.errors.append(error)


def words(text):
    return re.findall(r"\w+", text.lower())


@pytest.fixture(scope="module")
def moonshine():
    return load_recogniser("moonshine")


@pytest.mark.parametrize(
    ("name", "said"), [("hello", "hello"), ("info_last_call", "last call"), ("thank_you", "thank you")]
)
async def test_a_recorded_voice_is_understood_through_the_sdk(sdk, moonshine, name, said):
    audio = load_audio((RECORDED / f"{name}.wav").read_bytes(), LINE) + LINE.silence(1.0)
    heard = Heard()
    async with sdk(stt=moonshine) as ibm:
        service = ibm.speech_to_text()
        source = AudioSource(io.BytesIO(audio))
        await anyio.to_thread.run_sync(
            lambda: service.recognize_using_websocket(
                source, recognize_callback=heard, interim_results=True, low_latency=True, **MULAW
            )
        )

    assert said in " ".join(words(" ".join(heard.finals)))
    assert heard.errors == []


async def test_what_the_service_says_it_understands_itself(sdk, moonshine):
    said = "Please hold the line."
    async with sdk(stt=moonshine, tts=load_voice("hibari")) as ibm:
        voice, ear = ibm.text_to_speech(), ibm.speech_to_text()
        spoken = await anyio.to_thread.run_sync(
            lambda: voice.synthesize(said, accept="audio/mulaw;rate=8000").get_result().content
        )
        audio = spoken + LINE.silence(1.0)
        found = await anyio.to_thread.run_sync(lambda: ear.recognize(audio, **MULAW).get_result())

    text = " ".join(result["alternatives"][0]["transcript"] for result in found["results"])
    assert words(text) == words(said)
