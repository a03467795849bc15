"""What goes over the wire, seen by a server that is told what to say."""

import asyncio
import json
from contextlib import asynccontextmanager

import anyio
import pytest
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from switchhook import AudioFormat, LanguageUnknown, Options, SpeechError
from switchhook_http import call_headers
from switchhook_stt_watson.plugin import create_stt

pytestmark = pytest.mark.anyio

LINE = AudioFormat("PCMU", 8000)
FRAME = LINE.size(0.2)
LISTENING = json.dumps({"state": "listening"})


def final(text, start=0.0, end=0.1):
    best = {"transcript": text, "timestamps": [[text, start, end]]}
    return json.dumps({"result_index": 0, "results": [{"final": True, "alternatives": [best]}]})


class Service:
    """`answer(message, connection)` for each message; by default it listens to each start and stop."""

    def __init__(self):
        self.messages, self.connections = [], []
        self.answer = self.listens
        self._news = anyio.Event()

    async def listens(self, message, connection):
        if isinstance(message, str):
            await connection.send(LISTENING)

    async def take(self, connection):
        self.connections.append(connection)
        try:
            async for message in connection:
                self.messages.append(message)
                self._news.set()
                self._news = anyio.Event()
                await self.answer(message, connection)
        except ConnectionClosed:
            pass

    @property
    def audio(self):
        return b"".join(each for each in self.messages if isinstance(each, bytes))

    @property
    def actions(self):
        return [json.loads(each)["action"] for each in self.messages if isinstance(each, str)]

    async def until(self, holds, patience=5.0):
        with anyio.fail_after(patience):
            while not holds(self):
                await self._news.wait()


async def never(message, connection):
    pass


@pytest.fixture
def service(monkeypatch, tmp_path):
    """`async with service() as (service, engine)`, without TLS and without a token."""

    @asynccontextmanager
    async def run(**table):
        house = Service()
        monkeypatch.setenv("SPEECH_TO_TEXT_AUTH_TYPE", "noauth")
        async with serve(house.take, "127.0.0.1", 0, compression=None, close_timeout=0.2) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            options = Options({"url": f"http://127.0.0.1:{port}", **table}, place="stt", base=tmp_path)
            yield house, create_stt(options)

    return run


async def test_audio_follows_the_start_message_without_waiting_for_an_answer(service):
    async with service() as (house, engine):
        house.answer = lambda *_: anyio.sleep(0)
        async with engine.open(LINE, "en-US", {}) as recognition:
            recognition.feed(b"\1" * FRAME)
            await house.until(lambda it: it.audio)
            assert house.actions == ["start"]
            assert house.audio == b"\1" * FRAME


async def test_the_upgrade_has_the_headers_of_the_call(service):
    token = call_headers.set({"traceparent": "00-7-7-01"})
    try:
        async with service() as (house, engine), engine.open(LINE, "en-US", {}):
            await house.until(lambda it: it.actions)
            assert house.connections[0].request.headers["traceparent"] == "00-7-7-01"
    finally:
        call_headers.reset(token)


async def test_frames_go_out_one_by_one_as_they_come(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        frames = [bytes([number]) * FRAME for number in range(10)]
        for frame in frames:
            recognition.feed(frame)
        await house.until(lambda it: len(it.audio) == 10 * FRAME)
        assert house.messages[1:] == frames


async def test_what_a_call_kept_while_it_opened_goes_out_whole_and_in_order(service):
    """Up to 30 s of it at once."""
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        frames = [bytes([number]) * FRAME for number in range(150)]
        for frame in frames:
            recognition.feed(frame)
        await house.until(lambda it: len(it.audio) == 150 * FRAME)
        assert house.audio == b"".join(frames)


async def test_an_empty_frame_is_not_sent_as_it_would_mean_stop(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        for frame in (b"\1" * FRAME, b"", b"\2" * FRAME):
            recognition.feed(frame)
        await house.until(lambda it: len(it.audio) == 2 * FRAME)
        assert b"" not in house.messages


async def test_a_stop_has_audio_enough_before_it(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * 10)
        recognition.finish()
        assert [heard async for heard in recognition] == []
        assert house.actions == ["start", "stop"]
        assert len(house.audio) >= 100


async def test_nothing_is_sent_between_a_stop_and_the_answer_to_it(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: it.audio)
        asked = anyio.Event()

        async def slowly(message, connection):
            if "stop" in str(message):
                asked.set()
                await anyio.sleep(0.1)
            await house.listens(message, connection)

        house.answer = slowly
        recognition.configure("en-US", {"sad_module": 2})
        recognition.feed(b"\2" * FRAME)
        await asked.wait()
        recognition.feed(b"\3" * FRAME)
        await house.until(lambda it: len(it.audio) == 3 * FRAME)
        kinds = [
            "audio" if isinstance(each, bytes) else json.loads(each)["action"] for each in house.messages
        ]
        assert kinds == ["start", "audio", "stop", "start", "audio", "audio"]
        assert house.audio == b"\1" * FRAME + b"\2" * FRAME + b"\3" * FRAME


async def test_silence_keeps_the_session_alive_while_the_caller_s_audio_does_not_come(service, monkeypatch):
    for module in ("recognition", "sending"):
        monkeypatch.setattr(f"switchhook_stt_watson.{module}.BEAT", 0.05)
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: it.audio.endswith(b"\xff" * 3 * LINE.size(0.05)))
        assert house.audio.strip(b"\xff") == b"\1" * FRAME


async def test_times_do_not_count_the_silence_that_was_put_in(service, monkeypatch):
    for module in ("recognition", "sending"):
        monkeypatch.setattr(f"switchhook_stt_watson.{module}.BEAT", 0.05)
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: len(it.audio) > FRAME + LINE.size(0.3))
        recognition.feed(b"\2" * FRAME)
        await house.until(lambda it: b"\2" in it.audio)
        at = house.audio.index(b"\2")
        await house.connections[0].send(final("word", LINE.seconds(at), LINE.seconds(at + FRAME)))
        heard = await anext(aiter(recognition))
        assert (heard.start, heard.end) == pytest.approx((0.2, 0.4), abs=0.001)


@pytest.fixture
def impatient(monkeypatch):
    """A phrase ends after 0.1 s of silence, and its result is overdue soon."""
    monkeypatch.setattr("switchhook_stt_watson.recognition.BEAT", 0.05)
    monkeypatch.setattr("switchhook_stt_watson.attention.OVERDUE", 0.1)
    monkeypatch.setattr("switchhook_stt_watson.recognition.PROMPTLY", 0.3)
    return {"parameters": {"end_of_phrase_silence_time": 0.1}}


async def test_a_service_that_has_gone_mute_is_found_out(service, impatient):
    async with service(**impatient) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        await house.until(lambda it: it.messages)
        house.answer = never
        recognition.feed(b"\1" * FRAME)
        with anyio.fail_after(5), pytest.raises(SpeechError, match="no answer in time"):
            await anext(aiter(recognition))
        assert house.actions == ["start", "stop"]


async def test_a_service_that_found_no_words_goes_on(service, impatient):
    async with service(**impatient) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: it.actions == ["start", "stop", "start"])
        recognition.feed(b"\2" * FRAME)
        await house.until(lambda it: b"\2" in it.audio)
        await house.connections[0].send(final("word"))
        assert (await anext(aiter(recognition))).text == "word"
        assert len(house.connections) == 1


async def test_a_mute_service_that_goes_on_to_tell_figures_is_found_out(service, impatient):
    async def figures(message, connection):
        await connection.send(json.dumps({"processing_metrics": {"periodic": True}}))

    async with service(**impatient) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        await house.until(lambda it: it.messages)
        house.answer = figures
        recognition.feed(b"\1" * FRAME)
        with anyio.fail_after(5), pytest.raises(SpeechError, match="no answer in time"):
            await anext(aiter(recognition))


async def test_no_phrase_is_ended_while_what_was_said_is_still_being_sent(service, impatient):
    held = anyio.Event()

    async def hold(message, connection):
        if "stop" in str(message):
            await held.wait()
        await house.listens(message, connection)

    async with service(**impatient) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        await house.until(lambda it: it.messages)
        house.answer = hold
        recognition.configure("en-US", {"end_of_phrase_silence_time": 0.1, "sad_module": 2})
        for _ in range(30):
            recognition.feed(b"\1" * FRAME)
        held.set()
        await house.until(lambda it: len(it.audio) >= 30 * FRAME)
        assert house.actions == ["start", "stop", "start"]


async def test_a_stop_for_other_parameters_has_its_time_also_after_speech(service, impatient):
    async def slowly(message, connection):
        if "stop" in str(message):
            await anyio.sleep(0.8)  # longer than for a result that is overdue
        await house.listens(message, connection)

    async with service(**impatient) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        await house.until(lambda it: it.messages)
        house.answer = slowly
        recognition.feed(b"\1" * FRAME)
        recognition.configure("en-US", {"end_of_phrase_silence_time": 0.1, "sad_module": 2})
        recognition.feed(b"\2" * FRAME)
        await house.until(lambda it: b"\2" in it.audio)
        assert len(house.connections) == 1


async def test_a_service_that_answers_is_not_asked(service, impatient):
    async with service(**impatient) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: it.audio)
        await house.connections[0].send(final("word"))
        await anext(aiter(recognition))
        await anyio.sleep(0.5)
        assert house.actions == ["start"]


async def test_a_service_that_does_not_read_costs_the_oldest_audio_only(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        await house.until(lambda it: it.messages)
        house.connections[0].transport.pause_reading()
        number = 0
        while not recognition._sending.dropped:  # the system's own buffers first
            recognition.feed(bytes([number % 250]) * FRAME)
            number += 1
        assert recognition._sending.backlog.waiting <= LINE.size(30.0)


async def test_a_connection_whose_other_end_is_gone_is_found_within_three_seconds(service, caplog):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: it.audio)
        house.connections[0].transport.pause_reading()
        async with anyio.create_task_group() as group:
            group.start_soon(anext, aiter(recognition))
            recognition.feed(b"\2" * FRAME)
            await house.until(lambda it: len(it.connections) == 2, patience=3.5)
            recognition.feed(b"\3" * FRAME)
            await house.until(lambda it: b"\3" in it.audio)
            group.cancel_scope.cancel()
        assert house.messages[-1] == b"\3" * FRAME
        assert house.audio == b"\1" * FRAME + b"\1" * FRAME + b"\2" * FRAME + b"\3" * FRAME
        assert "connecting again: no answer to pings" in caplog.text


async def test_leaving_is_quick_though_the_service_hangs(service):
    async with service() as (house, engine):
        with anyio.fail_after(2):
            async with engine.open(LINE, "en-US", {}) as recognition:
                recognition.feed(b"\1" * FRAME)
                await house.until(lambda it: it.audio)
                house.connections[0].transport.pause_reading()


async def test_finals_come_before_the_end_that_a_stop_brings(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:

        async def last_words(message, connection):
            if "stop" in str(message):
                await connection.send(final("late"))
            await house.listens(message, connection)

        house.answer = last_words
        recognition.feed(b"\1" * FRAME)
        recognition.finish()
        assert [heard.text async for heard in recognition] == ["late"]


async def test_a_stop_without_an_answer_ends_in_time(service, monkeypatch):
    monkeypatch.setattr("switchhook_stt_watson.recognition.FINISHING", 0.2)
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        house.answer = lambda *_: anyio.sleep(0)
        recognition.feed(b"\1" * FRAME)
        recognition.finish()
        with anyio.fail_after(1):
            assert [heard async for heard in recognition] == []


async def test_finals_without_times_are_told_all_the_same(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        for _ in range(10):
            recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: len(it.audio) == 10 * FRAME)
        best = {"transcript": "word "}
        message = {"result_index": 0, "results": [{"final": True, "alternatives": [best]}]}
        await house.connections[0].send(json.dumps(message))
        heard = await anext(aiter(recognition))
        assert (heard.text, heard.start) == ("word", 0.0)
        assert 1.0 <= heard.end <= 2.0


@pytest.mark.parametrize(("table", "kind"), [({}, LanguageUnknown), ({"model": "en-US_Mine"}, SpeechError)])
async def test_only_a_missing_model_that_nobody_named_says_that_the_language_is_unknown(service, table, kind):
    async with service(**table) as (house, engine), engine.open(LINE, "en-US", {}) as recognition:

        async def refuse(_message, connection):
            model = table.get("model", "en-US_Telephony")
            await connection.send(json.dumps({"error": f"Model {model} not found"}))
            await connection.close(1011)

        house.answer = refuse
        recognition.feed(b"\1" * FRAME)
        with pytest.raises(SpeechError) as raised:
            async for _ in recognition:
                pass
        assert type(raised.value) is kind


async def test_an_error_before_it_listens_is_the_end_at_once(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:

        async def refuse(_message, connection):
            await connection.send(json.dumps({"error": "Model en-US_Telephony not found"}))
            await connection.close(1011)

        house.answer = refuse
        recognition.feed(b"\1" * FRAME)
        with pytest.raises(SpeechError, match="look whether this instance and region offer") as raised:
            async for _ in recognition:
                pass
        assert raised.value.reason == "the service refuses the request"
        assert len(house.connections) == 1


async def test_parameters_that_the_service_refuses_leave_those_before(service, caplog):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:

        async def choose(message, connection):
            if "sad_module" in str(message):
                await connection.send(json.dumps({"error": "sad_module is no good"}))
                await connection.close(1011)
            else:
                await house.listens(message, connection)

        house.answer = choose
        told = aiter(recognition)
        recognition.feed(b"\1" * FRAME)
        await house.until(lambda it: it.audio)
        await house.connections[0].send(final("word"))
        await anext(told)
        assert recognition.configure("en-US", {"sad_module": 7})
        recognition.feed(b"\2" * FRAME)
        async with anyio.create_task_group() as group:
            group.start_soon(anext, told)
            await house.until(lambda it: it.messages.count(it.messages[0]) == 2 and b"\2" in it.audio)
            group.cancel_scope.cancel()
        assert len(house.connections) == 2
        assert "those before stay" in caplog.text


async def test_feeding_what_has_failed_does_not_matter(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:

        async def refuse(_message, connection):
            await connection.send(json.dumps({"error": "no"}))

        house.answer = refuse
        with pytest.raises(SpeechError):
            async for _ in recognition:
                pass
        recognition.feed(b"\1" * FRAME)
        recognition.finish()
        assert not recognition.configure("en-US", {})
    recognition.feed(b"\1" * FRAME)


async def test_a_flood_of_interims_leaves_the_latest(service):
    async with service() as (house, engine), engine.open(LINE, "en-US", {}) as recognition:
        await house.until(lambda it: it.messages)
        for number in range(50):
            best = {"transcript": f"word {number}"}
            message = {"result_index": 0, "results": [{"final": False, "alternatives": [best]}]}
            await house.connections[0].send(json.dumps(message))
        await house.connections[0].send(final("word"))
        heard = []
        async for each in recognition:
            heard.append(each)
            if each.final:
                break
        assert heard[-1].text == "word"


async def test_a_warning_is_logged_once_and_quotes_no_value(service, caplog):
    async with service() as (house, engine), engine.open(LINE, "en-US", {"sad_module": 7}) as recognition:
        await house.until(lambda it: it.messages)
        for _ in range(3):
            await house.connections[0].send(json.dumps({"warnings": "sad_module: secret is no value"}))
        await house.connections[0].send(final("word"))
        await anext(aiter(recognition))
        said = [record.getMessage() for record in caplog.records if "warns" in record.getMessage()]
        assert said == ["Watson Speech to Text warns of 'sad_module'"]


async def test_the_proxy_of_the_environment_is_asked_to_connect(service, monkeypatch):
    asked = []

    async def refuse(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    async with proxy, service() as (house, engine):
        with pytest.raises(SpeechError, match="HTTPS_PROXY"):
            async with engine.open(LINE, "en-US", {}):
                pass
    assert asked[0].startswith(b"CONNECT 127.0.0.1:")
    assert not house.connections
