"""`switchhook dial`: what it understands, whom it calls, what it prints and leaves."""

import argparse
import json
import wave
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchhook import SettingsError, codec_for
from switchhook_genesys_tools.connector import editing
from switchhook_genesys_tools.dial import Event, Keys, Latency, Utterance, command, report
from switchhook_genesys_tools.dial.plan import CallResult
from switchhook_genesys_tools.dial.playback import Segment
from switchhook_genesys_tools.dial.recorder import MessageLog
from switchhook_genesys_tools.dial.script import Item
from switchhook_genesys_tools.dial.target import of_connector, of_url
from switchhook_genesys_tools.dial.voice import LINE, prepare, recording

URL = "wss://voice.example.com/bot/connect?version=2024-08-25"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def config(tmp_path):
    """A configuration with the connector `support`."""
    editing.new(tmp_path / "switchhook.toml", "support", None)
    return tmp_path / "switchhook.toml"


def parse(*arguments):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(arguments)


def server(config, text):
    config.write_text(config.read_text().replace("[server]\n", f"[server]\n{text}\n"))


def wav(path, seconds, rate=44_100, channels=2):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(b"\x00\x20" * int(seconds * rate) * channels)
    return path


def test_turns_are_taken_in_the_order_they_are_given():
    arguments = parse(
        URL, "--say", "hello", "--dtmf", "12#", "--interrupt", "--say", "stop", "--wav", "a.wav"
    )
    assert arguments.script.items == (
        Item("say", "hello"),
        Item("dtmf", "12#"),
        Item("say", "stop", interrupt=True),
        Item("wav", "a.wav"),
    )


@pytest.mark.parametrize("turn", [("--dtmf", "12x"), ("--dtmf", ""), ("--say", " "), ("--wav", "")])
def test_a_turn_that_is_none_is_refused(turn, capsys):
    with pytest.raises(SystemExit) as caught:
        parse(URL, *turn)
    assert caught.value.code == 2
    assert f"argument {turn[0]}: expected" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [("--calls", "0"), ("--calls", "x"), ("--timeout", "-1"), ("--linger", "nan")]
)
def test_a_number_that_is_none_is_refused(option):
    with pytest.raises(SystemExit) as caught:
        parse(URL, *option)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "expected either --connector NAME, or URL"),
        (("--config", "x.toml"), "expected either"),
        ((URL, "--config", "x.toml", "--connector", "a", "--api-key", "k"), "expected either"),
        ((URL,), "--api-key is missing"),
        ((URL, "--api-key", "k", "--var", "x"), "--var: expected NAME=VALUE"),
        ((URL, "--api-key", "k", "--interrupt"), "--interrupt: expected"),
        ((URL, "--api-key", "k", "--client-secret", "c2VjcmV0"), "expected @FILE"),
        ((URL, "--api-key", "k", "--client-secret", "@nowhere"), "cannot read nowhere"),
        ((URL, "--api-key", "not a key"), "--api-key: expected"),
        (("https://example.com", "--api-key", "k"), "expected wss://HOST"),
    ],
)
def test_a_command_line_that_makes_no_sense_says_what_was_expected(arguments, message):
    with pytest.raises(SettingsError, match=message):
        command.run(parse(*arguments))


def test_a_secret_comes_from_its_file(tmp_path):
    (tmp_path / "secret").write_text("c2VjcmV0\n")
    target = of_url(URL, "key", f"@{tmp_path / 'secret'}")
    assert target.secret == b"secret"
    assert "secret" not in repr(target)
    assert (target.authority, target.request_target) == (
        "voice.example.com",
        "/bot/connect?version=2024-08-25",
    )


def test_a_connector_is_dialled_where_its_server_listens(config):
    target = of_connector(config, "support")
    assert target.url.startswith("ws://127.0.0.1:8443/")
    assert target.url.endswith("/connect?version=2024-08-25")
    assert (target.address, target.tls) == (("127.0.0.1", 8443), None)
    assert len(target.secret) == 32


@pytest.mark.parametrize("url", ["wss://Voice.example.com/bots", "wss://voice.example.com:443/bots/"])
def test_a_connector_is_called_by_its_public_name(config, url):
    server(config, f'public_url = "{url}"')
    target = of_connector(config, "support")
    assert target.authority == "voice.example.com"
    assert target.request_target.startswith("/bots/")
    assert target.address == ("127.0.0.1", 8443)


@pytest.mark.parametrize(("host", "dialled"), [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("::1", "::1")])
def test_a_server_that_listens_everywhere_is_dialled_here(config, host, dialled):
    config.write_text(config.read_text().replace("127.0.0.1", host))
    assert of_connector(config, "support").address == (dialled, 8443)


def test_the_newest_key_is_used(config):
    first = of_connector(config, "support").api_key
    editing.rotate(config, "support")
    assert of_connector(config, "support").api_key != first


def test_an_unknown_connector_is_named_with_the_nearest(config):
    with pytest.raises(SettingsError, match="no connector 'suport'; did you mean 'support'"):
        of_connector(config, "suport")


def test_a_certificate_that_cannot_be_read_is_one_line(config):
    server(config, 'tls = { certificate = "no.pem", key = "no.key" }')
    with pytest.raises(
        SettingsError, match=r"server\.tls\.certificate: cannot read .*no\.pem: No such file or directory$"
    ):
        of_connector(config, "support")


@pytest.mark.anyio
async def test_turns_become_audio_and_keys(tmp_path):
    wav(tmp_path / "hello.wav", 0.5)
    steps = await prepare(
        [Item("wav", str(tmp_path / "hello.wav")), Item("dtmf", "1", interrupt=True)], None, "en", print
    )
    first, second = steps
    assert isinstance(first.turn, Utterance)
    assert first.turn.label == "hello.wav"
    assert len(first.turn.audio) == pytest.approx(4000, abs=80)
    assert (second.turn, second.interrupt) == (Keys("1"), True)


def test_a_recording_that_cannot_be_read_is_one_line(tmp_path):
    with pytest.raises(SettingsError, match="cannot read"):
        recording(tmp_path / "nowhere.wav")


def result(**changes):
    made = CallResult("id", MessageLog())
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def test_keys_are_hidden_on_the_screen_unless_asked_for():
    event = Event(1.25, "key", "7")
    assert report.line(event, show_digits=False) == "    1.25  caller  presses •"
    assert report.line(event, show_digits=True) == "    1.25  caller  presses 7"


def test_the_end_of_a_report_has_variables_latencies_and_excess():
    made = result(
        variables={"b": "2", "a": "1"}, latencies=[Latency("greeting", 0.5), Latency("hello", None)]
    )
    for _ in range(26):
        made.limits["text"].count(1.0)
    assert list(report.closing(made)) == [
        "output variables",
        "  a = 1",
        "  b = 2",
        "latencies, from the end of what the caller said to the bot's first audio",
        "     0.50 s  greeting",
        "  no answer  hello",
        "1 text messages more than Genesys allows: 5 a second, 25 at once",
    ]


def test_files_of_a_call_are_saved(tmp_path):
    made = result(
        caller=[b"\xff" * 1600], bot=[Segment(0.1, bytearray(b"\x20" * 800))], variables={"pin": "1"}
    )
    files = report.save(made, tmp_path / "out", codec_for(LINE))
    assert [file.name for file in files] == ["call.wav", "messages.jsonl", "summary.json"]
    with wave.open(str(files[0])) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 1600)
    assert json.loads(files[2].read_text())["output_variables"] == {"pin": "•"}


def test_percentiles_go_by_nearest_rank():
    assert report.percentiles([i / 100 for i in range(100, 0, -1)] + [None]) == {
        "p50": 0.5,
        "p90": 0.9,
        "p99": 0.99,
        "max": 1.0,
    }
    assert report.percentiles([0.25]) == {"p50": 0.25, "p90": 0.25, "p99": 0.25, "max": 0.25}
    assert report.percentiles([None]) == {}


def test_many_calls_are_summed_up():
    good = result(
        ending="completed", opened_after=0.1, latencies=[Latency("greeting", 0.2), Latency("a", 0.5)]
    )
    figures = report.together([good, good, result(ending="lost", latencies=[Latency("a", None)])])
    assert (figures["ok"], figures["endings"], figures["unanswered_turns"]) == (
        2,
        {"completed": 2, "lost": 1},
        1,
    )
    assert next(report.table(figures)) == "3 calls: 2 completed, 1 lost"


def test_the_first_line_of_the_help_says_what_the_command_does():
    assert (command.__doc__ or "").partition("\n")[0].startswith("Call a bot as Genesys would")
    assert Path(command.__file__).name == "command.py"


@pytest.mark.anyio
async def test_the_voice_of_the_caller_is_named(monkeypatch):
    class Voice:
        formats = (LINE,)

        @asynccontextmanager
        async def synthesize(self, text, audio, language, parameters, /):
            async def chunks():
                yield b"\x20" * 800

            yield chunks()

    monkeypatch.setattr("switchhook_genesys_tools.dial.voice.choose_voice", lambda language: "alto")
    monkeypatch.setattr("switchhook_genesys_tools.dial.voice.load_voice", lambda name: Voice())
    told = []
    await prepare([Item("say", "one"), Item("say", "two")], None, "en", told.append)
    assert told == ["the caller speaks with the voice alto"]
