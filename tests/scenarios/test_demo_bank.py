"""The demo's bank does what its scenarios say, and each of ten faults in it is caught."""

import json
from pathlib import Path

import pytest

from switchhook.__main__ import main

DEMO = Path(__file__).parents[2] / "demo"
BANK = (DEMO / "bank.toml").read_text(encoding="utf-8")
PREFIX = "${system_integrations.genesys_audio_connector."
FAULTS = {  # what goes wrong: what stands in the script, what stands there then, a scenario that catches it
    "the hours are wrong": ("from nine to five", "from nine to six", "the opening hours"),
    "a phrase is lost": (', "when are you open"]', "]", "when you are open"),
    "two choices are exchanged": (
        'label = "Your balance", value = { input = { text = "balance" } }',
        'label = "Your balance", value = { input = { text = "last payment" } }',
        "key 1 of the menu",
    ),
    "the menu forgets the agent": (
        '    { label = "Speak to an agent", value = { input = { text = "agent" } } },\n',
        "",
        "three choices",
    ),
    "the PIN is too short": ("parameters = { count = 4,", "parameters = { count = 3,", "by keypad"),
    "the PIN is given to the flow": (f"{PREFIX}pin}} = null\n", "", "by keypad"),
    "the agent is not told to the flow": (
        f"set = '{PREFIX}transfer_to}} = \"agent\"'\n",
        "",
        "agent, asked for",
    ),
    "the call with an agent goes on": (
        'I will connect you.", { response_type = "end_session" }]',
        'I will connect you."]',
        "gets an agent",
    ),
    "no way from the payment to the balance": (
        'next = ["last_call", "balance", "hours", "agent", "goodbye"]',
        'next = ["last_call", "hours", "agent", "goodbye"]',
        "after the payment",
    ),
    "the name is not said": (f"Hello {PREFIX}user_name}}, and", "Hello, and", "greeted by name"),
}


@pytest.fixture
def attempt(tmp_path, capsys):
    """The names of those scenarios that go otherwise, with this script."""

    def go(script):
        (tmp_path / "bank.toml").write_text(script, encoding="utf-8")
        (tmp_path / "switchhook.toml").write_text((DEMO / "switchhook.toml").read_text())
        given = ["--config", str(tmp_path / "switchhook.toml"), "--output", str(tmp_path / "kept"), "--json"]
        main(["try", str(DEMO / "scenarios"), *given])
        scenarios = json.loads(capsys.readouterr().out)["scenarios"]
        assert len(scenarios) >= 20
        return [each["name"] for each in scenarios if not each["ok"]]

    return go


def test_none_goes_otherwise_without_a_fault(attempt):
    assert attempt(BANK) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught(attempt, fault):
    before, after, caught_by = FAULTS[fault]
    assert before in BANK
    assert [name for name in attempt(BANK.replace(before, after)) if caught_by in name]
