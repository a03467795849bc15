"""What a frame and a turn cost, in calls of functions: a change that makes them dearer by a tenth has to say so."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture
def steps(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("steps")


def test_a_frame_and_a_turn_take_no_more_calls_than_are_written_down():
    done = subprocess.run(
        [sys.executable, BENCHMARKS / "steps.py"], capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_growth_by_more_than_a_tenth_is_told_with_the_way_to_see_why(steps):
    [told] = steps.grown({"a frame": 111, "a turn": 1100}, {"a frame": 100, "a turn": 1000})
    assert told.startswith("a frame takes 111 calls")
    assert "python benchmarks/steps.py --why" in told


def test_a_tenth_is_let_through(steps):
    assert not [*steps.grown({"a frame": 110}, {"a frame": 100})]


def test_it_counts_what_is_called_until_a_frame_has_been_passed_on(steps):
    counting = steps.Steps()

    class Incoming:
        def feed(self, _data, _handler):
            self.handle()

        def handle(self): ...

    peer = object.__new__(steps.Socket)
    peer.received, peer.handler, peer._incoming = 0, None, Incoming()
    sys.setprofile(counting)
    peer.data_received(bytes(2000))
    peer._incoming.handle()
    sys.setprofile(None)
    [counts] = counting.found["a frame"]
    assert counts.total() == 3
