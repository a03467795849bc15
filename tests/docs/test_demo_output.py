"""Runs of the demo in one checkout do not take each other's files."""

import importlib.util
import os
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "demo/output.py"


@pytest.fixture
def output():
    spec = importlib.util.spec_from_file_location("demo_output", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    for held in module._held:
        os.close(held)


def test_runs_at_the_same_time_have_folders_of_their_own(output, tmp_path):
    first = output.own(tmp_path / "demo-output")
    (first / "call.wav").write_bytes(b"x")
    assert [output.own(tmp_path / "demo-output").name for _ in range(2)] == ["demo-output-2", "demo-output-3"]
    assert (first / "call.wav").exists()


def test_the_next_run_begins_with_an_empty_one(output, tmp_path):
    first = output.own(tmp_path / "demo-output")
    (first / "server").mkdir()
    (first / "call.wav").write_bytes(b"x")
    os.close(output._held.pop())
    assert output.own(tmp_path / "demo-output") == first
    assert list(first.iterdir()) == []
