"""A recorded call as a scenario file."""

import tomllib

import pytest

from switchhook.__main__ import main
from switchhook.call.record import events_file
from switchhook.call.record.masking import Mask
from switchhook_scenarios.reading import read

CALL = """
[defaults]
variables = { name = "Ada" }
[[scenario]]
name = "x"
steps = [
    { say = "hours", interrupt = "3 words" },
    { silence = true },
    { say = "parcel" },
    { keys = "123" },
    { say = "agent \\"now\\"", hear = "never said" },
]
"""


@pytest.fixture
def recording(attempt, shop):
    """Events of a call in which the caller interrupts, is silent, speaks and presses keys."""
    attempt(CALL)
    return shop / "kept/calls-x/events.jsonl"


@pytest.fixture
def written(shop, capsys):
    """The scenario file that is made of recordings."""

    def go(path):
        capsys.readouterr()
        assert main(["replay", str(path), "--scenario"]) == 0
        file = shop / "recorded.toml"
        file.write_text(capsys.readouterr().out)
        return file

    return go


def hidden(recording, folder):
    """As a connector writes it that unmasks nothing."""
    lines = recording.read_text().splitlines()
    for number, line in enumerate(lines):
        for at, event in events_file.read([line]):
            lines[number] = events_file.to_line(at, events_file.masked(event, Mask()))
    file = folder / "events-hidden.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def test_the_caller_does_what_he_did(recording, written):
    [case] = read(written(recording))
    done = [(step.say, step.keys, step.silence) for step in case.steps if step.acts]
    assert done == [
        ("hours", None, None),
        (None, None, True),
        ("parcel", None, None),
        (None, "123", None),
        ('agent "now"', None, None),
    ]


def test_who_interrupted_interrupts(recording, written):
    [case] = read(written(recording))
    assert case.steps[1].interrupt == pytest.approx(1.2, abs=0.3)


def test_what_the_bot_said_is_what_is_expected(recording, written):
    [case] = read(written(recording))
    assert case.steps[1].hear == ["We are open from nine to five."]
    assert case.expected.outcome == "completed"


def test_the_bot_of_today_does_what_it_did(recording, written, shop, capsys):
    file = written(recording)
    text = file.read_text().replace("[[scenario]]", '[[scenario]]\nvariables = { name = "Ada" }')
    file.write_text(text)
    assert main(["try", str(file), "--config", str(shop / "switchhook.toml"), "--output", str(shop)]) == 0


def test_a_bot_that_has_changed_is_told(recording, written, shop, capsys):
    script = shop / "shop.toml"
    file = written(recording)
    script.write_text(script.read_text().replace("nine to five", "nine to six"))
    assert main(["try", str(file), "--config", str(shop / "switchhook.toml"), "--output", str(shop)]) == 1


def test_what_is_hidden_in_the_recording_stays_hidden(recording, written, shop):
    file = written(hidden(recording, shop))
    text = file.read_text()
    assert ("hours" in text, "123" in text, 'say = "•••"' in text, 'keys = "000"' in text) == (
        False,
        False,
        True,
        True,
    )
    assert text.count("# hidden in the recording") == 4
    assert read(file)


def test_a_folder_is_a_scenario_for_each_recording(recording, written, shop):
    for name in ("a", "b"):
        (shop / f"events-{name}.jsonl").write_text(recording.read_text())
    assert [case.name for case in read(written(shop))] == ["events-a", "events-b"]


def test_a_folder_without_recordings_is_an_error(tmp_path, capsys):
    assert main(["replay", str(tmp_path), "--scenario"]) == 2


def test_it_is_toml_whatever_was_said(recording, written):
    assert tomllib.loads(written(recording).read_text())["connector"] == "shop"


def test_a_folder_of_recordings_is_a_regression_suite(recording, written, shop, capsys, monkeypatch):
    """In the folder of the configuration, as the page has it."""
    for name in ("a", "b"):
        (shop / f"events-{name}.jsonl").write_text(recording.read_text())
    file = written(shop)
    text = file.read_text().replace("[[scenario]]", '[[scenario]]\nvariables = { name = "Ada" }')
    file.write_text(text)
    monkeypatch.chdir(shop)
    assert main(["try", str(file)]) == 0
    script = shop / "shop.toml"
    script.write_text(script.read_text().replace("nine to five", "nine to six"))
    capsys.readouterr()
    assert main(["try", str(file), "--json"]) == 1
    assert '"failed": 2' in capsys.readouterr().out
