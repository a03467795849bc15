"""A bot of a few lines, and what `switchhook try` makes of it."""

import json

import pytest

from switchhook.__main__ import main

from .shop import CONFIG, END, script

MORE = f"""
[no_input]
responses = ["Are you still there?"]
[steps.agent]
phrases = ["agent"]
responses = ["One moment.", {END}]
"""
GREETING = (
    "Hello ${system_integrations.genesys_audio_connector.name}, this is the shop. Ask for hours, a parcel or an agent, "
    "I have all the time in the world."
)


@pytest.fixture
def shop(tmp_path):
    """The folder in which the bot lives."""
    (tmp_path / "switchhook.toml").write_text(CONFIG)
    (tmp_path / "shop.toml").write_text(script(GREETING, MORE))
    return tmp_path


@pytest.fixture
def attempt(shop, capsys):
    """`switchhook try` with a file's text and further arguments: exit status, what was printed, and the file."""

    def go(text, *arguments):
        file = shop / "calls.toml"
        file.write_text('config = "switchhook.toml"\n' + text)
        status = main(["try", str(file), "--output", str(shop / "kept"), *arguments])
        return status, capsys.readouterr()

    return go


@pytest.fixture
def misses(attempt):
    """What was otherwise in the one scenario with these steps and further keys: key, expected, got."""

    def go(steps, more=""):
        _, printed = attempt(f'{more}\n[[scenario]]\nname = "x"\nsteps = [\n{steps}\n]\n', "--json")
        [scenario] = json.loads(printed.out)["scenarios"]
        return [(miss["key"], miss["expected"], miss["got"]) for miss in scenario["misses"]]

    return go
