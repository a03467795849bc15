"""The benchmark of live calls, small: callers who converse get every answer, and no frame is lost."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "benchmarks/load.py"


def test_callers_who_converse_get_whole_answers_and_lose_no_frame(tmp_path):
    kept = tmp_path / "found.json"
    given = ["--calls", "5", "--rounds", "1", "--seconds", "20", "--ramp", "1", "--only", "bare", "talking"]
    done = subprocess.run(
        [sys.executable, SCRIPT, "compare", *given, "--json", kept],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [found] = json.loads(kept.read_text())["rounds"]
    talking = found["talking"]
    assert talking["frames"] > 0.98
    assert talking["whole"] > 5
    lost = {name: talking[name] for name in ("torn", "silent", "stale", "refused", "errors")}
    assert lost == {"torn": 0, "silent": 0, "stale": 0, "refused": 0, "errors": []}, talking
