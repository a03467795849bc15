"""Recognition over a WebSocket, as a client of its own sees it."""

import json
from contextlib import asynccontextmanager

import aiohttp
import pytest

from switchhook import SpeechError, SpeechStarted, Transcript
from switchhook_testing_watson import Fault

pytestmark = pytest.mark.anyio

START = {
    "action": "start",
    "content-type": "audio/mulaw;rate=8000",
    "interim_results": True,
    "low_latency": True,
    "inactivity_timeout": -1,
}
STOP = {"action": "stop"}
AUDIO = b"\x7f" * 1600
LISTENING = {"state": "listening"}


class Caller:
    """One connection."""

    def __init__(self, socket):
        self.socket = socket

    async def tell(self, message):
        await self.socket.send_json(message)

    async def play(self, audio):
        await self.socket.send_bytes(audio)

    async def told(self):
        message = await self.socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return json.loads(message.data)

    async def closed(self):
        """The code with which the server closed."""
        message = await self.socket.receive()
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED), message
        return self.socket.close_code


@pytest.fixture
async def connect(house):
    def connect(**query):
        url = f"{house.speech_to_text_url}/v1/recognize"
        return house.client.ws_connect(url, params={"model": "en-US_Telephony", **query})

    return connect


@pytest.fixture
async def caller(connect):
    async with connect() as socket:
        yield Caller(socket)


async def begin(caller, **changes):
    await caller.tell({**START, **changes})
    assert await caller.told() == LISTENING


async def test_finals_come_while_the_caller_speaks(caller, ear):
    await begin(caller)
    await caller.play(AUDIO)
    ear.hear(Transcript("one", final=False))
    ear.hear(Transcript("one two", final=True, end=0.2, confidence=0.5))
    ear.hear(Transcript("three", final=True, start=0.3, end=0.4))

    assert await caller.told() == {
        "result_index": 0,
        "results": [{"final": False, "alternatives": [{"transcript": "one "}]}],
    }
    assert await caller.told() == {
        "result_index": 0,
        "results": [{"final": True, "alternatives": [{"transcript": "one two ", "confidence": 0.5}]}],
    }
    assert (await caller.told())["result_index"] == 1


async def test_audio_may_come_before_the_engine_is_ready(caller, ear):
    await caller.tell(START)
    await caller.play(AUDIO)
    assert await caller.told() == LISTENING

    await caller.play(AUDIO)
    await caller.tell(STOP)
    assert await caller.told() == LISTENING
    assert bytes(ear.opened[0].fed) == AUDIO * 2


async def test_one_request_follows_another_and_inherits_its_parameters(caller, ear):
    await begin(caller, speech_begin_event=True, end_of_phrase_silence_time=0.5)
    await caller.play(AUDIO)
    await caller.play(b"")
    assert await caller.told() == LISTENING

    await caller.tell({"action": "start", "end_of_phrase_silence_time": 1.0})
    assert await caller.told() == LISTENING
    ear.hear(SpeechStarted(0.25))
    assert await caller.told() == {
        "result_index": 0,
        "results": [{"speech_begin_event": {"begin": 0.25}}],
    }
    assert ear.opened[1].parameters["end_of_phrase_silence_time"] == 1.0


@pytest.mark.parametrize("kind", ["audio/l16;rate=8000;endianness=little-endian", "audio/l16;rate=8000"])
async def test_linear_samples_may_be_cut_anywhere(caller, ear, kind):
    await begin(caller, **{"content-type": kind})
    await caller.play(b"\x01\x02\x03")
    await caller.play(b"\x04" + bytes(200))
    await caller.tell(STOP)
    assert await caller.told() == LISTENING

    assert bytes(ear.opened[0].fed[:4]) == b"\x01\x02\x03\x04"
    assert ear.opened[0].audio.encoding == "PCM"


async def test_big_endian_samples_are_turned_round(caller, ear):
    await begin(caller, **{"content-type": "audio/l16;rate=8000;endianness=big-endian"})
    await caller.play(b"\x01\x02" * 100)
    await caller.tell(STOP)
    assert await caller.told() == LISTENING

    assert bytes(ear.opened[0].fed) == b"\x02\x01" * 100


async def test_an_unknown_parameter_is_warned_of(caller):
    await caller.tell({**START, "humour": 1})

    assert await caller.told() == {"warnings": "Unknown arguments: humour."}
    assert await caller.told() == LISTENING


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"content-type": "audio/mp3"}, "unable to transcode"),
        ({"content-type": "audio/mulaw"}, "unable to transcode"),
        ({"inactivity_timeout": "soon"}, "inactivity_timeout"),
        ({"action": "dance"}, "unable to parse"),
    ],
)
async def test_what_cannot_be_done_is_an_error_and_the_end(caller, changes, said):
    await caller.tell({**START, **changes})

    assert said in (await caller.told())["error"]
    assert await caller.closed() == 1011


async def test_low_latency_is_not_for_every_model(connect):
    async with connect(model="fr-FR") as socket:
        caller = Caller(socket)
        await caller.tell(START)

        assert await caller.told() == {"error": "low_latency is not a supported feature for model fr-FR"}


async def test_too_little_audio_is_an_error(caller):
    await begin(caller)
    await caller.play(bytes(99))
    await caller.tell(STOP)

    assert await caller.told() == {"error": "Stream was 99 bytes but needs to be at least 100 bytes."}
    assert await caller.closed() == 1011


async def test_too_large_a_message_ends_the_connection(caller):
    await begin(caller)
    await caller.play(bytes(4_000_001))

    assert "error" in await caller.told()
    assert await caller.closed() == 1009


async def test_without_audio_the_session_times_out(house, connect):
    house.behaviour.time_scale = 0.002
    async with connect() as socket:
        caller = Caller(socket)
        await begin(caller)

        assert (await caller.told())["error"].startswith("Session timed out")
        assert await caller.closed() == 1011


async def test_without_speech_the_request_times_out(house, connect):
    house.behaviour.time_scale = 0.002
    async with connect() as socket:
        caller = Caller(socket)
        await begin(caller, inactivity_timeout=5)
        await caller.play(AUDIO)

        assert await caller.told() == {"error": "No speech detected for 5s."}


async def test_a_failing_engine_is_an_error(caller, ear):
    await begin(caller)
    ear.hear(SpeechError("out of order"))

    assert "error" in await caller.told()
    assert await caller.closed() == 1011


async def test_the_connection_has_ids_to_find_it_by(connect):
    async with connect() as socket:
        names = {name.lower() for name in socket._response.headers}

        assert {"x-global-transaction-id", "x-dp-watson-tran-id"} <= names


async def test_without_a_token_there_is_no_connection(house):
    async with aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await stranger.ws_connect(f"{house.speech_to_text_url}/v1/recognize", ssl=False)

        assert raised.value.status == 401


# --- faults


async def test_an_upgrade_is_refused(house, connect):
    house.behaviour.speech_to_text.append(Fault("status", 503, phase="connect"))

    with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
        await connect()
    assert raised.value.status == 503


async def test_a_connection_is_reset_when_so_much_audio_has_come(house, caller_with):
    async with caller_with(Fault("reset", phase="middle", after=3000)) as caller:
        await begin(caller)
        await caller.play(AUDIO)
        await caller.play(AUDIO)

        assert await caller.closed() == 1006


async def test_a_connection_is_reset_in_place_of_the_first_final_result(caller_with, ear):
    async with caller_with(Fault("reset", phase="end")) as caller:
        await begin(caller)
        await caller.play(AUDIO)
        ear.hear(Transcript("one", final=False))
        ear.hear(Transcript("one two", final=True, end=0.2))

        assert (await caller.told())["results"][0]["final"] is False
        assert await caller.closed() == 1006


async def test_a_connection_is_closed_with_a_code(house, caller_with):
    async with caller_with(Fault("close", 1001, phase="middle")) as caller:
        await begin(caller)
        await caller.play(AUDIO)

        assert await caller.closed() == 1001


async def test_a_mute_service_answers_pings_alone(house, caller_with):
    async with caller_with(Fault("mute")) as caller:
        await caller.tell(START)
        await caller.socket.ping()
        with pytest.raises(TimeoutError):
            await caller.socket.receive(0.05)

        assert not caller.socket.closed


async def test_a_hanging_service_answers_no_pings(house, connect):
    house.behaviour.speech_to_text.append(Fault("hang"))
    async with house.client.ws_connect(
        f"{house.speech_to_text_url}/v1/recognize", params={"model": "en-US_Telephony"}, heartbeat=0.05
    ) as socket:
        await socket.send_json(START)
        message = await socket.receive(1)

        assert message.type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)


async def test_a_message_is_garbage(house, caller_with):
    async with caller_with(Fault("garbage")) as caller:
        await caller.tell(START)
        message = await caller.socket.receive()

        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(message.data)


async def test_a_text_comes_as_a_binary_message(house, caller_with):
    async with caller_with(Fault("wrong_type")) as caller:
        await caller.tell(START)
        message = await caller.socket.receive()

        assert (message.type, json.loads(message.data)) == (aiohttp.WSMsgType.BINARY, LISTENING)


@pytest.fixture
def caller_with(house, connect):
    @asynccontextmanager
    async def open_caller(fault):
        house.behaviour.speech_to_text.append(fault)
        async with connect() as socket:
            yield Caller(socket)

    return open_caller
