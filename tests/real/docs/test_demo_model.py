"""`make demo-model` without a model says what it needs, and how to have one on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("told", [{}, {"MODEL": "m"}, {"MODEL_URL": "http://127.0.0.1:9/v1", "MODEL": ""}])
def test_without_a_model_it_says_how_to_run_one(told):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MODEL")}
    command = [sys.executable, ROOT / "demo/run.py", "--model"]
    done = subprocess.run(command, env={**environ, **told}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "MODEL_URL=http://127.0.0.1:11434/v1 MODEL=qwen3:4b make demo-model" in done.stderr
    assert "ollama pull" in done.stderr
