"""A recorded caller calls the bot of today."""

import sys
from functools import partial

import anyio
import pytest
from trio.testing import MockClock

from switchhook import LegInfo, Options
from switchhook.__main__ import main
from switchhook.call.record.masking import Mask
from switchhook.testing import MemoryLeg, a_call
from switchhook_assistant_script.plugin import create_assistant
from switchhook_responses import dtmf, end_session, option, text

BOT = """
no_input = { responses = ["Are you still there?"] }
fallback = { responses = ["I am sorry?"] }

[steps.greeting]
responses = ["Hello, how can I help you today?"]
next = ["card"]

[steps.card]
phrases = ["my card"]
responses = [
    "Please key in its last two digits.",
    { response_type = "dtmf", command_info = { type = "collect", parameters = { count = 2 } } },
]
next = ["done"]

[steps.done]
digits = { length = 2, variable = "card" }
responses = ["Thank you.", { response_type = "end_session" }]
"""
CONFIG = """
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{ api_key = "key", unsigned = true }]
[connectors.bank]
address = { integration = "main", instance_id = "bank" }
assistant = { use = "script", file = "bot.toml" }
stt = { use = "moonshine" }
tts = { use = "hibari" }
"""


@pytest.fixture
def folder(tmp_path):
    """A bot, its configuration, and a recorded call to it."""
    (tmp_path / "bot.toml").write_text(BOT)
    (tmp_path / "switchhook.toml").write_text(CONFIG)
    assistant = create_assistant(Options({"file": "bot.toml"}, place="assistant", base=tmp_path))
    clock = {"clock": MockClock(autojump_threshold=0)}
    events = anyio.run(recorded, assistant, backend="trio", backend_options=clock)
    (tmp_path / "call.jsonl").write_text("\n".join(events))
    return tmp_path


async def recorded(assistant, *, hangs_up=False):
    mask = Mask(["transcripts", "digits"])
    async with a_call(
        assistant,
        leg=MemoryLeg(LegInfo("1", "bank")),
        plugins=[dtmf, end_session, option, text],
        mask=mask,
    ) as talk:
        await talk.wait(0.5)
        talk.say("hello", final=False)
        talk.say("hello")
        await talk.wait(10)
        await talk.wait(3)
        talk.say("my card")
        if hangs_up:
            await talk.wait(5)
            talk.leg.close()
            await talk.over()
            return talk.events
        await talk.wait(3)
        talk.leg.press("4")
        await talk.wait(0.3)
        talk.leg.press("2")
        await talk.over()
    return talk.events


def replay_caller(folder, *more):
    config = str(folder / "switchhook.toml")
    return main(["replay", str(folder / "call.jsonl"), "--config", config, "--connector", "bank", *more])


def test_the_same_bot_says_the_same(folder, capsys):
    assert replay_caller(folder) == 0
    out = capsys.readouterr().out
    assert "no_input" in out
    assert "0.55  bot       is interrupted" in out
    assert out.endswith("as recorded\n")


def test_a_caller_who_hung_up_hangs_up_again(folder, capsys):
    assistant = create_assistant(Options({"file": "bot.toml"}, place="assistant", base=folder))
    clock = {"clock": MockClock(autojump_threshold=0)}
    hung_up = partial(recorded, assistant, hangs_up=True)
    events = anyio.run(hung_up, backend="trio", backend_options=clock)
    (folder / "call.jsonl").write_text("\n".join(events))
    assert replay_caller(folder) == 0
    assert "hung_up" in capsys.readouterr().out


def test_a_run_needs_no_library_of_the_tests(folder, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", None)
    monkeypatch.setitem(sys.modules, "trio.testing", None)
    assert replay_caller(folder) == 0
    assert capsys.readouterr().out.endswith("as recorded\n")


def test_another_bot_is_shown_to_say_something_else(folder, capsys):
    (folder / "bot.toml").write_text(BOT.replace("Thank you.", "Thanks."))
    assert replay_caller(folder) == 1
    out = capsys.readouterr().out
    assert "- bot   Thank you.\n+ bot   Thanks.\n" in out


def test_a_bot_that_understands_nothing_any_more_does_not_end(folder, capsys):
    (folder / "bot.toml").write_text(BOT.replace('"my card"', '"something else entirely"'))
    assert replay_caller(folder) == 1
    assert "+ end   hung_up" in capsys.readouterr().out


def test_a_recording_with_hidden_words_cannot_be_run(folder, capsys):
    file = folder / "call.jsonl"
    file.write_text(file.read_text().replace('"my card"', '"••• •••"'))
    assert replay_caller(folder) == 2
    assert 'say unmask = ["transcripts", "digits"]' in capsys.readouterr().err


def test_a_connector_that_there_is_not_is_said(folder, capsys):
    config = str(folder / "switchhook.toml")
    assert main(["replay", str(folder / "call.jsonl"), "--config", config, "--connector", "bonk"]) == 2
    assert "there is no connector 'bonk'; known: bank" in capsys.readouterr().err
