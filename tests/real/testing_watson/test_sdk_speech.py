"""IBM's SDK talks to the emulated speech services as it would to the real ones."""

import gc
import io
import warnings

import anyio
import pytest
from ibm_cloud_sdk_core import ApiException
from ibm_cloud_sdk_core.authenticators import BasicAuthenticator, CloudPakForDataAuthenticator

from switchhook import AudioFormat, Transcript
from switchhook.testing import MemorySpeechToText

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its docstrings, when they are compiled for the first time
    from ibm_watson.websocket import AudioSource, RecognizeCallback, SynthesizeCallback

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),  # the SDK's WebSockets
]

MULAW = "audio/mulaw;rate=8000"


async def call(function, **named):
    """A blocking call of the SDK; its result."""
    response = await anyio.to_thread.run_sync(lambda: function(**named), abandon_on_cancel=True)
    return response.get_result() if response is not None else None


class Told(RecognizeCallback, SynthesizeCallback):
    """Everything the SDK calls back with."""

    def __init__(self):
        super().__init__()
        self.listening = 0
        self.transcripts, self.guesses, self.errors, self.types = [], [], [], []
        self.audio = b""

    def on_listening(self):
        self.listening += 1

    def on_transcription(self, transcript):
        self.transcripts.append(transcript)

    def on_hypothesis(self, hypothesis):
        self.guesses.append(hypothesis)

    def on_error(self, error):
        self.errors.append(error)

    def on_content_type(self, content_type):
        self.types.append(content_type)

    def on_audio_stream(self, audio_stream):
        self.audio += audio_stream


@pytest.fixture
def told():
    yield Told()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the SDK's WebSockets leave their sockets open
        gc.collect()


class Parrot(MemorySpeechToText):
    """Hears one utterance while audio comes, another at its end."""

    def __init__(self):
        super().__init__((AudioFormat("PCMU", 8000),))

    def open(self, audio, language, parameters, /):
        return _Fed(super().open(audio, language, parameters))


class _Fed:
    def __init__(self, opened):
        self._opened = opened

    async def __aenter__(self):
        recognition = await self._opened.__aenter__()
        for heard in (
            Transcript("my", final=False),
            Transcript("my balance", final=True, end=0.5, confidence=0.75),
            Transcript("please", final=True, start=0.6, end=0.9),
        ):
            recognition.send.send_nowait(heard)
        return recognition

    async def __aexit__(self, *error):
        return await self._opened.__aexit__(*error)


async def recognise(service, told, audio=bytes(2000), **more):
    source = AudioSource(io.BytesIO(audio))
    given = {"content_type": MULAW, "model": "en-US_Telephony", "interim_results": True, "low_latency": True}
    await call(service.recognize_using_websocket, audio=source, recognize_callback=told, **{**given, **more})


async def test_what_is_said_is_recognised_through_the_sdk(sdk, told):
    ear = Parrot()
    async with sdk(stt=ear) as ibm:
        await recognise(ibm.speech_to_text(), told)

        assert told.transcripts == [
            [{"transcript": "my balance ", "confidence": 0.75}],
            [{"transcript": "please ", "confidence": 0.9}],
        ]
        assert told.guesses == ["my ", "my balance ", "please "]
        assert told.errors == []
        assert bytes(ear.opened[0].fed) == bytes(2000)


async def test_without_interim_results_all_finals_come_at_the_end(sdk, told):
    async with sdk(stt=Parrot()) as ibm:
        await recognise(ibm.speech_to_text(), told, interim_results=False)

        assert [[result[0]["transcript"] for result in all_of_it] for all_of_it in told.transcripts] == [
            ["my balance ", "please "]
        ]


async def test_a_file_is_recognised_over_http(sdk):
    async with sdk(stt=Parrot()) as ibm:
        found = await call(
            ibm.speech_to_text().recognize, audio=bytes(2000), content_type=MULAW, model="en-US_Telephony"
        )

        assert [result["alternatives"][0]["transcript"] for result in found["results"]] == [
            "my balance ",
            "please ",
        ]


async def test_an_unknown_model_is_an_error(sdk, told):
    async with sdk(stt=Parrot()) as ibm:
        await recognise(ibm.speech_to_text(), told, model="en-US_NarrowbandModel")

        assert told.errors[0] == "Model en-US_NarrowbandModel not found"


async def test_the_models_are_listed(sdk, ear):
    async with sdk(stt=ear) as ibm:
        names = [model["name"] for model in (await call(ibm.speech_to_text().list_models))["models"]]

        assert "en-US_Telephony" in names


async def test_a_text_is_spoken_through_the_sdk(sdk, voice):
    async with sdk(tts=voice) as ibm:
        spoken = await call(ibm.text_to_speech().synthesize, text="Good morning.", accept=MULAW)

        assert spoken.content == voice.sound("Good morning.") * 8000


async def test_a_text_is_streamed_through_the_sdk(sdk, voice):
    async with sdk(tts=voice) as ibm:
        service = ibm.text_to_speech()
        response = await call(service.synthesize, text="Good morning.", accept=MULAW, stream=True)
        spoken = await anyio.to_thread.run_sync(lambda: b"".join(response.iter_content(1000)))
        response.close()

        assert spoken == voice.sound("Good morning.") * 8000


async def test_a_text_is_spoken_over_a_websocket(sdk, voice, told):
    async with sdk(tts=voice) as ibm:
        service = ibm.text_to_speech()
        await call(
            service.synthesize_using_websocket,
            text="Good morning.",
            synthesize_callback=told,
            accept=MULAW,
            voice="en-US_LisaV3Voice",
        )

        assert told.audio == voice.sound("Good morning.") * 8000
        assert told.types == [MULAW]
        assert [str(error) for error in told.errors] in ([], ["Connection closed normally (code 1000)"])


async def test_the_voices_are_listed(sdk, voice):
    async with sdk(tts=voice) as ibm:
        names = [each["name"] for each in (await call(ibm.text_to_speech().list_voices))["voices"]]

        assert "en-US_LisaV3Voice" in names


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"text": "<speak>unfinished"}, 400),
        ({"text": "AT&T"}, 400),
        ({"text": "long " * 1000 + "."}, 400),
        ({"voice": "en-US_NobodyVoice"}, 404),
        ({"accept": "audio/mp3"}, 406),
    ],
)
async def test_what_cannot_be_spoken_is_refused(sdk, voice, given, status):
    async with sdk(tts=voice) as ibm:
        with pytest.raises(ApiException) as raised:
            await call(ibm.text_to_speech().synthesize, **{"text": "Hello.", "accept": MULAW, **given})

        assert raised.value.status_code == status


async def test_cloud_pak_for_data_gives_tokens_too(sdk, voice):
    async with sdk(tts=voice) as ibm:
        key = ibm.emulated.api_key
        authenticator = CloudPakForDataAuthenticator("admin", url=ibm.emulated.cp4d_url, apikey=key)
        await call(ibm.text_to_speech(authenticator).list_voices)


async def test_a_key_may_stand_for_a_token(sdk, voice):
    async with sdk(tts=voice) as ibm:
        await call(ibm.text_to_speech(BasicAuthenticator("apikey", ibm.emulated.api_key)).list_voices)


async def test_without_credentials_nothing_is_given(sdk, voice):
    async with sdk(tts=voice) as ibm:
        with pytest.raises(ApiException) as raised:
            await call(ibm.text_to_speech(BasicAuthenticator("apikey", "wrong")).list_voices)

        assert (raised.value.status_code, raised.value.message) == (401, "Unauthorized")
