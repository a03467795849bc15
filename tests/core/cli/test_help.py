"""What each command says of itself: an example that it understands, and what its exit status means."""

import argparse
import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from switchhook.__main__ import main

COMMANDS = {
    entry.name: entry
    for entry in entry_points(group="switchhook.commands")
    if entry.dist.name.startswith("switchhook")
}


def helped(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_shows_an_example_that_it_understands(name, capsys):
    shown = re.search(r"^example:\n((?:  .*\n)+)", helped(name, capsys), re.MULTILINE)[1]
    lines = [
        line.partition(f"switchhook {name} ")[2]
        for line in f"{shown} ".splitlines()
        if f"switchhook {name}" in line
    ]
    assert lines
    for line in lines:
        parser = argparse.ArgumentParser()
        module = COMMANDS[name].load()
        module.add_arguments(parser)
        typed = re.split(r" [>|]", line)[0]
        assert parser.parse_args(shlex.split(typed, comments=True))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_its_exit_status_means(name, capsys):
    assert re.search(r"exit status: 0 ", helped(name, capsys), re.IGNORECASE)


def test_a_page_says_what_an_exit_status_means():
    page = (Path(__file__).parents[3] / "docs/how-to/operate.md").read_text()
    table = dict(re.findall(r"^\| (\d+) \| (.*) \|$", page, re.MULTILINE))
    assert set(table) == {"0", "1", "2", "130", "141"}
