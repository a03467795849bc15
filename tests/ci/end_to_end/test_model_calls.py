"""The benchmark of whole calls with a chat model, small: it ends with an error where a word is lost."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "benchmarks/model_calls.py"


def test_no_word_is_lost_in_calls_with_a_streaming_model():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--calls", "5", "--seconds", "4"],
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("5 of 5") == 2
