"""pytest collects scenario files."""

import subprocess
import sys

import pytest

from ...scenarios.shop import CONFIG, script

GOOD = '[[scenario]]\nname = "hours"\nsteps = [{ say = "hours", hear = "nine" }]\n'
BAD = '[[scenario]]\nname = "early"\nsteps = [{ say = "hours", hear = "eight" }]\n'


@pytest.fixture
def run(tmp_path):
    """pytest in a process of its own, in a folder with a bot: exit status and what it printed."""
    (tmp_path / "switchhook.toml").write_text(CONFIG)
    (tmp_path / "shop.toml").write_text(script())
    (tmp_path / "scenarios").mkdir()

    def go(files, *arguments):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout

    return go


def test_a_scenario_is_a_test_and_a_failure_shows_its_talk(run):
    status, printed = run({"scenarios/a.toml": 'config = "../switchhook.toml"\n' + GOOD + BAD}, "-rA")
    assert (status, "PASSED scenarios/a.toml::hours" in printed) == (1, True)
    assert 'EXPECTED  hear: "eight"' in printed
    assert "1 failed, 1 passed" in printed


def test_other_files_of_the_kind_are_left_alone_unless_they_are_named(run):
    files = {"calls.toml": GOOD, "pyproject.toml": "", "test_x.py": "def test_x(): pass\n"}
    assert "1 passed" in run(files)[1]
    assert "1 passed" in run(files, "calls.toml")[1]


def test_a_wrong_file_is_told_with_its_line(run):
    status, printed = run({"scenarios/a.toml": '[[scenario]]\nname = "x"\nstep = []\n'})
    assert (status, "a.toml:3: scenario 'x', step: unknown key; did you mean 'steps'?" in printed) == (
        2,
        True,
    )


def test_tests_are_chosen_by_their_names(run):
    assert "1 passed, 1 deselected" in run({"scenarios/a.toml": GOOD + BAD}, "-k", "hours")[1]
