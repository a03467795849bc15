"""What people meet in their first hour: ports that are taken, readers that go away."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from switchhook.cli.check import taken

LINES = ["plugins", "plugins --json", "check", "talk", "--help", "completion bash"]
CONFIG = """[connectors.bank]
assistant = { use = "script", file = "bank.toml" }
stt = { use = "moonshine" }
tts = { use = "hibari" }
"""
SCRIPT = """[steps.greeting]
responses = ["Hello."]
"""


def told(line, folder):
    """Status and errors of a line of a shell."""
    (folder / "switchhook.toml").write_text(CONFIG)
    (folder / "bank.toml").write_text(SCRIPT)
    program = f"'{sys.executable}' -m switchhook {line}"
    done = subprocess.run(
        ["sh", "-c", program], cwd=folder, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("line", LINES)
def test_who_closes_its_output_is_no_error(line, tmp_path):
    aloud, _ = told(f"{line} >/dev/null </dev/null", tmp_path)
    assert told(f"{line} >&- </dev/null", tmp_path) == (aloud, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this platform")  # noqa: PTH110
@pytest.mark.parametrize("line", [line for line in LINES if line != "--help"])  # argparse writes what it can
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_a_line_and_status_1(line, unbuffered, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    complaint = "switchhook: cannot write any more: no space is left\n"
    assert told(f"{line} >/dev/full </dev/null", tmp_path) == (1, complaint)


def test_a_taken_port_is_found():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"cannot listen on 127.0.0.1:{port}: " in taken("127.0.0.1", port)
    assert taken("127.0.0.1", 0) == ""


def test_a_reader_that_has_seen_enough_gets_no_traceback():
    shown, given = os.pipe()
    os.close(shown)
    done = subprocess.run(
        [sys.executable, "-m", "switchhook", "plugins"], stdout=given, stderr=subprocess.PIPE, check=False
    )
    os.close(given)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")
