"""Synthesis in every form a client may ask for."""

import wave
from io import BytesIO

import aiohttp
import pytest

from switchhook import AudioFormat, codec_for
from switchhook.testing import MemoryTextToSpeech
from switchhook_testing_watson import Fault

pytestmark = pytest.mark.anyio


@pytest.fixture
def voice():
    return MemoryTextToSpeech(seconds=1.0, formats=(AudioFormat("PCM", 8000),))


async def synthesize(house, text="Hello.", accept="audio/mulaw;rate=8000", **query):
    url = f"{house.text_to_speech_url}/v1/synthesize"
    async with house.client.post(url, params=query, headers={"Accept": accept}, json={"text": text}) as reply:
        return reply.status, await reply.read()


async def test_samples_are_coded_where_the_engine_gives_linear_ones(house):
    status, audio = await synthesize(house)

    assert status == 200
    assert audio == codec_for(AudioFormat("PCMU", 8000)).encode(b"\x01" * 16_000)


@pytest.mark.parametrize("rate", [8000, 16_000])
async def test_linear_samples_come_at_the_rate_asked_for(house, rate):
    assert await synthesize(house, accept=f"audio/l16;rate={rate}") == (200, b"\x01" * 2 * rate)


async def test_a_streamed_file_does_not_say_how_long_it_will_be(house):
    _, file = await synthesize(house, accept="audio/wav;rate=8000")
    with wave.open(BytesIO(file)) as opened:
        assert (opened.getframerate(), opened.getnchannels(), opened.getnframes()) == (8000, 1, 0)
    assert len(file) == 44 + 16_000


async def test_the_text_may_stand_in_the_address(house, voice):
    url = f"{house.text_to_speech_url}/v1/synthesize"
    query = {"text": "Hello.", "accept": "audio/l16;rate=8000"}
    async with house.client.get(url, params=query) as reply:
        assert len(await reply.read()) == 16_000


async def test_an_engine_without_markup_gets_the_words(house, voice):
    await synthesize(house, '<speak>Rock &amp; <emphasis>roll</emphasis><break time="1s"/></speak>')

    assert voice.texts == ["Rock & roll"]


async def test_an_engine_with_markup_gets_all_of_it(house, voice):
    voice.ssml = True
    await synthesize(house, "Rock &amp; <emphasis>roll</emphasis>")

    assert voice.texts == ["Rock &amp; <emphasis>roll</emphasis>"]


async def test_the_voice_and_its_parameters_reach_the_engine(house, voice):
    await synthesize(house, voice="en-GB_KateVoice", rate_percentage="-10")

    assert voice.parameters == [{"voice": "en-GB_KateVoice", "rate_percentage": "-10"}]


async def test_a_text_that_fails_is_an_internal_error(house, voice):
    voice.fail.add("Hello.")

    assert (await synthesize(house))[0] == 500


# --- over a WebSocket


@pytest.fixture
def connect(house):
    def connect(**query):
        return house.client.ws_connect(f"{house.text_to_speech_url}/v1/synthesize", params=query)

    return connect


ASK = {"text": "Hello there.", "accept": "audio/l16;rate=8000", "timings": ["words"]}


async def test_one_text_is_spoken_and_the_connection_closed(connect):
    async with connect() as socket:
        await socket.send_json(ASK)
        assert await socket.receive_json() == {"binary_streams": [{"content_type": "audio/l16;rate=8000"}]}
        audio = b"".join([await socket.receive_bytes() for _ in range(10)])
        assert audio == b"\x01" * 16_000
        assert await socket.receive_json() == {"words": [["Hello", 0.0, 0.5], ["there.", 0.5, 1.0]]}
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1000


@pytest.mark.parametrize("changes", [{"text": "<speak>"}, {"accept": "audio/mp3"}, {"accept": None}])
async def test_what_cannot_be_spoken_is_an_error_and_the_end(connect, changes):
    async with connect() as socket:
        await socket.send_json({**ASK, **changes})
        assert "error" in await socket.receive_json()
        await socket.receive()
        assert socket.close_code == 1011


async def test_an_unknown_parameter_is_warned_of(connect):
    async with connect(humour="1") as socket:
        await socket.send_json(ASK)
        assert await socket.receive_json() == {"warnings": "Unknown arguments: humour."}


async def test_a_connection_is_reset_within_the_audio(house, connect):
    house.behaviour.text_to_speech.append(Fault("reset", phase="middle", after=5000))
    async with connect() as socket:
        await socket.send_json(ASK)
        received = [message async for message in socket]

    assert len(received) < 11
    assert socket.close_code == 1006
