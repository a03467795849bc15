"""The call that `make demo` places, and the one through Watson's plugins: what is printed, and what is left behind."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LEFT = {"call.wav", "timeline.svg", "transcript.txt", "record.json", "messages.jsonl", "events.jsonl"}
# The digits stand alone: times in seconds and ids have four of them by chance.
PIN = re.compile(r"(?<![\w.-])4[ ,-]*2[ ,-]*4[ ,-]*2(?![\w-])|four,? two")
LONGEST = 240  # seconds: a call of 45, and models that are loaded on a busy machine


@pytest.fixture(scope="module", params=[[], ["--watson"]], ids=["offline", "watson"])
def demo(request):
    command = [sys.executable, ROOT / "demo/run.py", *request.param]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "words",
    [
        "signed upgrade verified",
        "“Hello Kim, and welcome to Lighthouse Bank.",
        "interrupted the bot",
        "heard “Information about your last call.”",
        "1. Your balance.",
        "presses a key",
        "Your balance is two hundred and forty three dollars",
        "call ended: completed",
        "the server answered 401 Unauthorized",
        "last_topic = balance",
    ],
)
def test_the_demo_shows_what_happens_in_the_call(demo, words):
    assert words in demo


@pytest.fixture
def folder(demo):
    """That of its files: another demo may run in this checkout."""
    (name,) = re.findall(r"^files in (.+?)/", demo, re.MULTILINE)
    return ROOT / name


def test_the_demo_leaves_the_files_that_it_names(demo, folder):
    assert {name for name in LEFT if name in demo and (folder / name).stat().st_size} == LEFT


def test_the_pin_is_shown_nowhere(demo, folder):
    files = [each for each in folder.rglob("*") if each.suffix in {".txt", ".json", ".jsonl", ".log"}]
    shown = "".join([demo, *(each.read_text() for each in files)]).lower().replace("pin_4242.wav", "")
    assert "speaks: pin_4242.wav" in demo
    assert not PIN.findall(shown)


@pytest.mark.parametrize(
    "said", ['"4242"', "the pin is 4242.", "4 2 4 2", "4-2-4-2", "four, two, four, two", "42 42"]
)
def test_a_pin_in_any_of_its_spellings_would_be_found(said):
    assert PIN.findall(said)


@pytest.mark.parametrize("other", ["0.42424242", "12.004242", "8f4242ab-1a2b", "port 42421"])
def test_digits_within_a_number_or_an_id_are_no_pin(other):
    assert not PIN.findall(other)
