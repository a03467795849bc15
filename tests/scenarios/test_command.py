"""`switchhook try`: what it prints, writes, and returns."""

import json
from xml.etree import ElementTree as ET

import pytest

from switchhook.__main__ import main

GOOD = '[[scenario]]\nname = "hours"\nsteps = [{ say = "hours", hear = "nine" }]\n'
BAD = '[[scenario]]\nname = "early"\nsteps = [\n{ say = "hours", hear = "eight" },\n{ say = "agent" },\n]\n'


def test_all_as_expected_is_zero(attempt):
    assert attempt(GOOD)[0] == 0


def test_something_otherwise_is_one(attempt):
    assert attempt(GOOD + BAD)[0] == 1


@pytest.mark.parametrize(
    "text",
    ['[[scenario]]\nname = "x"\nsteps = [{ sya = "y" }]\n', 'connector = "other"\n' + GOOD],
)
def test_a_wrong_file_is_two(attempt, text):
    assert attempt(text)[0] == 2


def test_a_connector_that_is_not_there_is_told_with_those_that_are(attempt):
    _, printed = attempt('connector = "other"\n' + GOOD)
    assert "calls.toml: names the connector 'other'; known: shop" in printed.err


def test_the_talk_of_what_went_otherwise_is_shown_with_what_was_expected(attempt):
    _, printed = attempt(BAD)
    talk = [line.strip() for line in printed.out.splitlines()[3:8]]
    assert talk == [
        'caller    says "hours"',
        "bot       We are open from nine to five.",
        'EXPECTED  hear: "eight"  (line 5)',
        'GOT  "We are open from nine to five."',
        'caller    says "agent"',
    ]


def test_what_went_as_expected_is_a_line(attempt):
    _, printed = attempt(GOOD)
    assert [line[:11] for line in printed.out.splitlines()] == ["ok    hours", "1 call: 1 a"]


def test_talk_and_events_are_kept_of_what_went_otherwise_alone(attempt, shop):
    attempt(GOOD + BAD)
    assert sorted(str(path.relative_to(shop / "kept")) for path in (shop / "kept").rglob("*.*")) == [
        "calls-early/events.jsonl",
        "calls-early/talk.txt",
    ]


def test_kept_events_can_be_replayed(attempt, shop):
    attempt(BAD)
    assert main(["replay", str(shop / "kept/calls-early/events.jsonl")]) == 0


def test_what_is_kept_is_its_owners_alone(attempt, shop):
    attempt(BAD)
    assert (shop / "kept/calls-early").stat().st_mode & 0o077 == 0


def test_repeated_so_many_times(attempt):
    _, printed = attempt(GOOD + BAD, "--repeat", "3", "--json")
    data = json.loads(printed.out)
    assert (data["passed"], data["failed"], [each["run"] for each in data["scenarios"]]) == (
        3,
        3,
        [1, 2, 3] * 2,
    )


def test_one_at_a_time_comes_to_the_same(attempt):
    _, printed = attempt(GOOD + BAD, "--repeat", "3", "--parallel", "1", "--json")
    assert json.loads(printed.out)["failed"] == 3


def test_only_those_that_are_asked_for(attempt):
    _, printed = attempt(GOOD + BAD, "--only", "HOUR", "--json")
    assert [each["name"] for each in json.loads(printed.out)["scenarios"]] == ["hours"]


def test_nothing_that_is_asked_for_is_an_error(attempt):
    status, printed = attempt(GOOD, "--only", "zebra")
    assert (status, "no scenario has 'zebra' in its name" in printed.err) == (2, True)


def test_junit_counts_and_tells(attempt, shop):
    attempt(GOOD + BAD, "--junit", str(shop / "junit.xml"))
    suite = ET.parse(shop / "junit.xml").getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert 'expected "eight"' in suite.find("testcase[@name='early']/failure").get("message")


def test_a_folder_is_all_of_its_files(shop, capsys):
    (shop / "calls").mkdir()
    for name in ("a", "b"):
        (shop / f"calls/{name}.toml").write_text('config = "../switchhook.toml"\n' + GOOD)
    assert main(["try", str(shop / "calls"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passed"] == 2


def test_an_empty_folder_is_an_error(tmp_path, capsys):
    assert main(["try", str(tmp_path)]) == 2


def test_all_wrong_files_are_told_at_once(shop, capsys):
    for name in ("a", "b"):
        (shop / f"{name}.toml").write_text("")
    main(["try", str(shop / "a.toml"), str(shop / "b.toml")])
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_hundred_calls_take_none_of_the_time_that_they_would(attempt):
    _, printed = attempt(GOOD, "--repeat", "100", "--json")
    data = json.loads(printed.out)
    assert (data["passed"], sum(each["seconds"] for each in data["scenarios"]) > 1000) == (100, True)


def test_the_seed_is_printed_and_can_be_given(attempt):
    assert "seed 42" in attempt(GOOD, "--seed", "42")[1].out.splitlines()[-1]
    assert json.loads(attempt(GOOD, "--json", "--seed", "42")[1].out)["seed"] == 42


def test_a_condition_goes_with_audio(attempt):
    status, printed = attempt(GOOD, "--condition", "babble")
    assert (status, "--condition goes with --voice or --url" in printed.err) == (2, True)


def test_a_condition_that_is_not_there_is_told_with_one_that_is(attempt):
    status, printed = attempt(GOOD, "--voice", "--condition", "babel")
    assert (status, "there is no condition 'babel'; did you mean 'babble'?" in printed.err) == (2, True)


def test_a_condition_of_the_files_own_is_checked_like_the_rest(attempt):
    _, printed = attempt("[conditions.pub]\nsnr = 100\n" + GOOD)
    assert "calls.toml:3: condition 'pub', snr: " in printed.err
