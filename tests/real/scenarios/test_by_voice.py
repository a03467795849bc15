"""Scenarios over real sockets, with real voices and recognition."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from switchhook.__main__ import main

ROOT = Path(__file__).parents[3]
CALLS = """
connector = "bank"
[[scenario]]
name = "hours that the bank does not have"
steps = [{ say = "what are your opening hours", hear = "ten to five" }, { hang_up = true, interrupt = "1s" }]
outcome = "hung_up"
[[scenario]]
name = "a caller with a goal"
variables = { user_name = "Ada" }
[scenario.caller]
goal = "information about my last call"
until = "sixteen cents"
answers = [{ hears = "your balance", keys = "1" }, { hears = "four digit PIN", keys = "1234" }]
"""
CHOSEN = "the balance by keypad", "interrupts the greeting", "with a goal", "does not have"
ONE = '[[scenario]]\nname = "{}"\nsteps = [{{ hear = "hello" }}]\n'


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """The demo's bank, called by voice: exit status, what was printed, the folder of what was kept."""
    folder = tmp_path_factory.mktemp("try")
    (folder / "calls.toml").write_text(CALLS)
    given = [
        "--config",
        ROOT / "demo/switchhook.toml",
        "--voice",
        "--parallel",
        "4",
        "--json",
        "--output",
        folder / "kept",
    ]
    given += [text for name in CHOSEN for text in ("--only", name)]
    files = [ROOT / "demo/scenarios", folder / "calls.toml"]
    done = subprocess.run(
        [sys.executable, "-m", "switchhook", "try", *files, *given],
        env={"DEMO_CLIENT_SECRET": "c2VjcmV0IG9mIHRoZSB0ZXN0", "PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), folder / "kept"


@pytest.mark.parametrize("name", CHOSEN[:3])
def test_the_demos_bank_does_by_voice_what_it_does_by_text(bank, name):
    [scenario] = [each for each in bank[1]["scenarios"] if name in each["name"]]
    assert scenario["misses"] == [], "\n".join(scenario["talk"])


def _wrong(data):
    return next(each for each in data["scenarios"] if "hours that" in each["name"])


def test_what_went_otherwise_is_told_and_the_status_is_one(bank):
    status, data, _ = bank
    assert (status, data["failed"], _wrong(data)["misses"][0]["key"]) == (1, 1, "hear")


def test_whether_it_goes_otherwise_by_text_too_is_said(bank):
    assert _wrong(bank[1])["talk"][-1] == "note      by text it goes otherwise, too"


def test_recording_messages_events_and_record_are_kept(bank):
    [kept] = bank[2].iterdir()
    names = {"call.wav", "events.jsonl", "messages.jsonl", "record.json", "talk.txt"}
    assert names <= {file.name for file in kept.iterdir()}


@pytest.mark.parametrize("accepts", [True, False])
def test_a_server_that_does_not_answer_has_a_verdict_for_each_scenario(
    tmp_path, capsys, monkeypatch, accepts
):
    monkeypatch.setattr("switchhook_genesys_tools.dial.client.CONNECT_WITHIN", 0.5)
    (tmp_path / "calls.toml").write_text(ONE.format("a") + ONE.format("b"))
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        if accepts:
            server.listen()
        url = f"ws://127.0.0.1:{server.getsockname()[1]}/bot/connect?version=2024-08-25"
        given = ["--url", url, "--api-key", "key", "--json", "--output", str(tmp_path / "kept")]
        status = main(["try", str(tmp_path / "calls.toml"), *given])
    scenarios = json.loads(capsys.readouterr().out)["scenarios"]
    assert (status, [each["outcome"] for each in scenarios]) == (1, ["refused", "refused"])


def test_a_bot_that_does_not_start_is_told_with_its_own_words(tmp_path, capsys):
    (tmp_path / "switchhook.toml").write_text(
        '[transport]\nuse = "genesys"\n[connectors.x]\n'
        'assistant = { use = "script", file = "none.toml" }\nstt = { use = "moonshine" }\ntts = { use = "hibari" }\n'
    )
    (tmp_path / "calls.toml").write_text('config = "switchhook.toml"\n' + ONE.format("a"))
    assert main(["try", str(tmp_path / "calls.toml"), "--voice"]) in (1, 2)
    assert "did not start" in capsys.readouterr().err


@pytest.fixture(scope="module")
def matrix(tmp_path_factory):
    """What is printed of one scenario under two conditions."""
    folder = tmp_path_factory.mktemp("conditions")
    given = ["--voice", "--only", "interrupts the greeting", "--seed", "7", "--output", folder]
    given += ["--condition", "telephone", "--condition", "faint"]
    done = subprocess.run(
        [sys.executable, "-m", "switchhook", "try", ROOT / "demo/scenarios", *given],
        env={"DEMO_CLIENT_SECRET": "c2VjcmV0IG9mIHRoZSB0ZXN0", "PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    return done.stdout.splitlines()


def test_a_matrix_of_scenario_by_condition_ends_the_trial(matrix):
    *_, columns, row, end = matrix
    assert (columns.split(), row.split()[-2:]) == (["telephone", "faint"], ["1/1", "1/1"]), matrix
    assert end.endswith("seed 7")
