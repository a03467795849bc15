"""What a shell is told when a line of switchhook is to go on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
eval "$(switchhook completion bash)"
COMP_LINE="$1" COMP_POINT=${#1} COMP_TYPE=9
_python_argcomplete switchhook
printf '%s\\n' "${COMPREPLY[@]}"
"""
CONFIGURATION = "[connectors.support]\n[connectors.sales]\n"


def completed(line, folder):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    asked = ["bash", "-c", ASK, "bash", line]
    done = subprocess.run(
        asked, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("switchhook pl", ["plugins"]),
        ("switchhook serve --log-l", ["--log-level"]),
        ("switchhook serve --log-format ", ["human", "json"]),
        ("switchhook talk --connector s", ["support", "sales"]),
        ("switchhook talk --config other.toml --connector ", ["hotline"]),
        ("switchhook check --config o", ["other.toml"]),
        ("switchhook nothin", []),
    ],
)
def test_a_line_goes_on(line, words, tmp_path):
    (tmp_path / "switchhook.toml").write_text(CONFIGURATION)
    (tmp_path / "other.toml").write_text("[connectors.hotline]\n")
    assert completed(line, tmp_path) == words


@pytest.mark.parametrize("text", ["", "=", "connectors = 1"])
def test_a_configuration_that_is_wrong_names_no_connector(text, tmp_path):
    (tmp_path / "switchhook.toml").write_text(text)
    assert completed("switchhook talk --connector ", tmp_path) == []
