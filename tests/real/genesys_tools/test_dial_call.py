"""Calls over a real loopback socket, against a small server that speaks the server's half."""

import argparse
import asyncio
import io
import json
import time
import wave
from array import array
from contextlib import asynccontextmanager
from http import HTTPStatus

import anyio
import pytest
from websockets.asyncio.server import serve

from switchhook_audiohook.protocol import ServerSession
from switchhook_audiohook.protocol import events as heard
from switchhook_audiohook.signature import UpgradeRequest, Verdict, verify
from switchhook_genesys_tools.dial import CallerStep, Keys, Manners, Plan, Target, Utterance, call, command
from switchhook_genesys_tools.dial.dialling import dial

from ...audiohook.at_once import Seen, at_once

KEY, SECRET = "key", b"a secret of the test"
PATH = "/bot/connect?version=2024-08-25"
SPEECH = Utterance(b"\x80" * 800, "hello")


@asynccontextmanager
async def bot(answer, authority=None):
    """Yields the address. `answer(session, event)` may return audio."""
    nonces = Seen()

    def check(connection, request):
        request = UpgradeRequest(
            "GET", request.path, authority or request.headers["Host"], list(request.headers.raw_items())
        )
        if at_once(verify(request, {KEY: SECRET}, time.time(), nonces)) is not Verdict.VERIFIED:
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async def talk(socket):
        headers = socket.request.headers
        session = ServerSession(
            headers["Audiohook-Session-Id"], headers["Audiohook-Organization-Id"], time.monotonic
        )
        async for message in socket:
            audio = b""
            for event in [] if isinstance(message, bytes) else session.receive_text(message):
                if isinstance(event, heard.Opening):
                    session.opened(event.parameters.media[0])
                audio += answer(session, event) or b""
            if isinstance(message, bytes):
                session.receive_audio(message)
            for text in session.data_to_send():
                await socket.send(text)
            if audio and session.takes_audio:
                await socket.send(audio)

    async with serve(talk, "127.0.0.1", 0, process_request=check, compression=None) as server:
        yield server.sockets[0].getsockname()[1]


def greet_and_leave(session, event):
    """Greets, and leaves when the caller has pressed a key and heard the answer."""
    if isinstance(event, heard.Opening):
        return b"\x20" * 400
    if isinstance(event, heard.DigitReceived):
        session.barge_in()
        session.pressed = True
        return b"\x20" * 400
    if isinstance(event, heard.PlaybackCompleted) and getattr(session, "pressed", False):
        session.disconnect("completed", "", {"key": "pressed"})
    return b""


def target(port, secret=SECRET, host="127.0.0.1"):
    return Target(f"ws://{host}:{port}{PATH}", KEY, secret, ("127.0.0.1", port))


class Linear:
    """A codec good enough to tell silence from sound."""

    def decode(self, wire, /):
        return array("h", [0 if byte == 0xFF else 1000 for byte in wire]).tobytes()


@pytest.mark.anyio
async def test_a_call_brings_variables_latencies_and_both_voices():
    plan = Plan((CallerStep(SPEECH), CallerStep(Keys("1"))), manners=Manners(pause=0.01, patience=0.2))
    seen = []
    async with bot(greet_and_leave) as port:
        result = await call(plan, target(port), observe=seen.append)
    assert (result.ending, result.variables) == ("completed", {"key": "pressed"})
    assert [each.turn for each in result.latencies] == ["greeting", "hello", "keys"]
    assert result.opened_after is not None
    assert seen == result.events
    with wave.open(io.BytesIO(result.recording(Linear()))) as file:
        assert (file.getnchannels(), file.getframerate()) == (2, 8000)
        samples = array("h", file.readframes(file.getnframes()))
    assert sum(sample != 0 for sample in samples[0::2]) == 800
    assert sum(sample != 0 for sample in samples[1::2]) == 800


@pytest.mark.anyio
async def test_a_wrong_secret_is_reported_with_what_to_check():
    async with bot(greet_and_leave) as port:
        result = await call(Plan(), target(port, secret=b"wrong"))
    assert (result.ending, result.ok) == ("refused", False)
    assert result.detail.startswith("the server answered 401 Unauthorized; check the API key")


@pytest.mark.anyio
async def test_the_public_name_is_signed_though_another_address_is_dialled():
    async with bot(greet_and_leave, authority="voice.example.com") as port:
        public = Target(f"ws://voice.example.com{PATH}", KEY, SECRET, ("127.0.0.1", port))
        result = await call(Plan(probe=True), public)
    assert result.ending == "probed"


@pytest.mark.anyio
async def test_no_server_is_reported_in_one_line():
    async with bot(greet_and_leave) as port:
        pass
    result = await call(Plan(), target(port))
    assert result.ending == "refused"
    assert result.detail.startswith(f"cannot connect to ws://127.0.0.1:{port}{PATH}: ")
    assert result.detail.endswith("; is switchhook serve running, and has it said that it is listening?")
    assert "\n" not in result.detail


@pytest.mark.anyio
async def test_a_port_without_tls_is_told_from_one_where_nobody_listens():
    async def plain(reader, writer):
        await reader.read(65_536)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        result = await call(Plan(), Target(f"wss://127.0.0.1:{port}{PATH}", KEY, SECRET))
    assert result.ending == "refused"
    assert "the port speaks no TLS; try ws:// in place of wss://" in result.detail


@pytest.mark.anyio
async def test_a_connection_that_breaks_is_a_lost_call():
    def hang_up_the_phone(session, event):
        raise ConnectionResetError

    async with bot(hang_up_the_phone) as port:
        result = await call(Plan(), target(port))
    assert (result.ending, result.ok) == ("lost", False)


@pytest.mark.anyio
async def test_a_caller_can_be_told_to_hang_up():
    closed = []

    def note(session, event):
        closed.extend([event.reason] if isinstance(event, heard.CloseReceived) else [])

    hang_up = anyio.Event()
    hang_up.set()
    async with bot(note) as port:
        result = await call(Plan(), target(port), hang_up=hang_up)
    assert (result.ending, closed) == ("interrupted", ["end"])


@pytest.mark.anyio
async def test_neither_key_nor_signature_is_in_the_messages():
    async with bot(greet_and_leave) as port:
        result = await call(Plan(probe=True), target(port))
    text = str(result.messages.lines).lower()
    assert "signature" not in text
    assert "x-api-key" not in text


def arguments(directory, *more):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(["--dtmf", "7", "--linger", "0.3", "--output", str(directory), *more])


@pytest.mark.anyio
async def test_the_command_shows_the_talk_and_leaves_its_files(tmp_path, capsys):
    async with bot(greet_and_leave) as port:
        status = await dial(target(port), {"user_id": "42"}, arguments(tmp_path))
    out = capsys.readouterr().out
    assert status == 0
    assert "caller  presses •" in out
    assert "bot     was interrupted" in out
    assert "ended: completed" in out
    assert "key = pressed" in out
    assert sorted(file.name for file in tmp_path.iterdir()) == ["call.wav", "messages.jsonl", "summary.json"]


def stay(session, event):
    """Greets, answers keys, and never leaves."""
    return b"\x20" * 400 if isinstance(event, heard.Opening | heard.DigitReceived) else b""


@pytest.mark.anyio
async def test_a_bot_that_stays_is_hung_up_on_with_success(tmp_path, capsys):
    async with bot(stay) as port:
        status = await dial(target(port), {}, arguments(tmp_path))
    assert status == 0
    assert "ended: hung up: all was said, the bot had no more to say for 0.3 s" in capsys.readouterr().out


@pytest.mark.anyio
async def test_each_of_many_callers_hangs_up_on_its_own(tmp_path, capsys):
    async with bot(stay) as port:
        status = await dial(target(port), {}, arguments(tmp_path, "--calls", "2"))
    assert status == 0
    assert capsys.readouterr().out.startswith("2 calls: 2 hung_up")


@pytest.mark.anyio
async def test_a_bot_that_never_answers_is_one_line_and_status_1(tmp_path, capsys):
    async with bot(lambda *_: None) as port:
        status = await dial(target(port), {}, arguments(tmp_path, "--timeout", "1"))
    captured = capsys.readouterr()
    assert "caller  stays on the line: no answer yet to keys" in captured.out
    assert status == 1
    assert captured.err == "switchhook dial: timeout: not over after 1 s: no answer to 'keys'\n"


@pytest.mark.anyio
async def test_the_summary_is_json_when_asked_for(tmp_path, capsys):
    async with bot(greet_and_leave) as port:
        await dial(target(port), {}, arguments(tmp_path, "--json"))
    summary = json.loads(capsys.readouterr().out)
    assert (summary["ending"], summary["output_variables"]) == ("completed", {"key": "pressed"})


@pytest.mark.anyio
async def test_many_calls_are_made_at_once_and_summed_up(tmp_path, capsys):
    async with bot(greet_and_leave) as port:
        status = await dial(target(port), {}, arguments(tmp_path, "--calls", "3"))
    assert status == 0
    assert capsys.readouterr().out.startswith("3 calls: 3 completed")
    assert len(list(tmp_path.glob("call-*/call.wav"))) == 3


@pytest.mark.anyio
async def test_a_call_that_was_refused_is_one_line_and_status_1(tmp_path, capsys):
    async with bot(greet_and_leave) as port:
        status = await dial(target(port, secret=b"wrong"), {}, arguments(tmp_path))
    captured = capsys.readouterr()
    assert (status, captured.out) == (1, "")
    assert captured.err.startswith("switchhook dial: refused: the server answered 401")
    assert captured.err.count("\n") == 1


@pytest.mark.anyio
@pytest.mark.parametrize(("more", "asked"), [((), None), (("--language", "es-es"), "es-es")])
async def test_the_caller_asks_for_a_language_as_it_is_spelt(tmp_path, more, asked):
    told = []

    def note(session, event):
        told.extend([event.parameters.language] if isinstance(event, heard.Opening) else [])
        return greet_and_leave(session, event)

    async with bot(note) as port:
        await dial(target(port), {}, arguments(tmp_path, *more))
    assert told == [asked]
