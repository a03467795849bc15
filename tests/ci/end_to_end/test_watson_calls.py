"""The benchmark of whole calls through the Watson plugins, small: it ends with an error where a word is lost."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "benchmarks/watson_calls.py"


def test_no_word_is_lost_in_calls_through_the_emulators():
    done = subprocess.run(
        [sys.executable, SCRIPT, "--calls", "8", "--seconds", "4"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 of 8 calls" in done.stdout
