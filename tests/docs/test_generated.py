"""The pages that are made of the code, held against what a terminal and Prometheus show."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from switchhook.__main__ import main
from switchhook.serving.measuring import figures as core
from switchhook_telemetry.figures import Figures
from switchhook_transport_genesys import figures as transport

REFERENCE = Path(__file__).parents[2] / "docs/reference"
COMMANDS = sorted(
    entry.name
    for entry in entry_points(group="switchhook.commands")
    if entry.dist.name.startswith("switchhook")
)
FIGURES = [*core.FIGURES, *transport.FIGURES]


def section(page, heading):
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return re.split(r"\n##? ", text.partition(f"\n## `{heading}`\n")[2])[0]


def options(words, capsys):
    """Those of the help that are not the help."""
    with pytest.raises(SystemExit):
        main([*words, "--help"])
    shown = re.findall(r"^  (?:-\w, )?(--[\w-]+)", capsys.readouterr().out, re.MULTILINE)
    return set(shown) - {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_has_every_option_that_help_shows(name, capsys):
    rows = re.findall(r"^\| `(.*?)` \|", section("command-line.md", f"switchhook {name}"), re.MULTILINE)
    told = {option for row in rows for option in re.findall(r"--[\w-]+", row)}
    assert options([name], capsys) <= told


@pytest.mark.parametrize("action", ["new", "show", "rotate", "guide"])
def test_an_action_of_a_command_has_its_options_on_the_page(action, capsys):
    whole = section("command-line.md", "switchhook connector")
    told = whole.partition(f"connector {action}`\n")[2].partition("\n### ")[0]
    found = options(["connector", action], capsys)
    assert found
    assert all(f"`{option}" in told for option in found)


def test_the_page_says_what_each_exit_status_means():
    table = (REFERENCE / "command-line.md").read_text(encoding="utf-8").partition("# Make a bot")[0]
    assert re.findall(r"^\| (\d+) \| .{4,} \|$", table, re.MULTILINE) == ["0", "1", "2", "130", "141"]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_is_on_the_page_under_the_name_that_prometheus_reads(figure):
    shown = Figures({figure.name: figure})
    shown.take(figure.name, 1, dict.fromkeys(figure.labels, "some"))
    page = (REFERENCE / "figures.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if f" {figure.meaning} |" in line)
    name = re.match(r"\| `(\w+)` \|", row)[1]
    assert all(f"`{label}`" in row for label in figure.labels)
    assert re.search(rf"^{name}(_count)?(\{{.*\}})? 1\.0$", shown.page().decode(), re.MULTILINE)
