"""Three workers that are restarted while callers talk and others come: as `make rolling` does it, with fewer."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "benchmarks/rolling.py"
CALLS = 20


@pytest.fixture(scope="module")
def printed():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--calls", str(CALLS), "--rate", "10", "--seconds", "8"],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows(printed):
    cells = [line.strip("| ").split(" | ") for line in printed.splitlines() if line.startswith("| SIG")]
    return {row[0].partition(",")[0]: row for row in cells}


@pytest.mark.parametrize("way", ["SIGHUP", "SIGUSR2"])
def test_no_live_call_is_dropped_and_every_word_is_answered(printed, way):
    _, live, dropped, heard, *_ = rows(printed)[way]
    assert (live, dropped) == (str(CALLS), "0")
    whole, due = (int(each.replace(",", "")) for each in heard.split(" of "))
    assert whole == due > CALLS


@pytest.mark.parametrize("way", ["SIGHUP", "SIGUSR2"])
def test_nobody_who_comes_is_refused_given_back_or_cut_off(printed, way):
    *_, came, refused, given_back, reset, _spread = rows(printed)[way]
    assert int(came.replace(",", "")) > 50
    assert (refused, given_back, reset) == ("0", "0", "0")


@pytest.mark.parametrize("way", ["SIGHUP", "SIGUSR2"])
def test_every_worker_has_answered_some(printed, way):
    shares = [int(each) for each in re.findall(r"(\d+)[,:]", rows(printed)[way][-1])]
    assert len(shares) == 3
    assert min(shares) > 0


def test_what_is_installed_now_serves_after_sigusr2(printed):
    assert re.search(r"SIGUSR2, another version: switchhook \d+\.\d+\.[1-9]\d* serves", printed)
