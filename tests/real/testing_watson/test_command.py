"""`switchhook emulate-watson`"""

import signal
import socket
import subprocess
import sys

SCRIPT = """
[steps.welcome]
responses = ["Good morning."]
"""


def start(*arguments):
    command = [sys.executable, "-m", "switchhook", "emulate-watson", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_it_says_where_it_is_and_ends_when_told(tmp_path):
    script, environment = tmp_path / "script.toml", tmp_path / "ibm-credentials.env"
    script.write_text(SCRIPT)
    with start("--script", script, "--environment", environment) as process:
        lines = []
        while not lines or not lines[-1].startswith("listening on https://localhost:"):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr.read()
        variables = dict(line.split("=", 1) for line in environment.read_text().splitlines())
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=10)

    assert (process.returncode, rest, errors) == (0, "", "")
    assert variables["ASSISTANT_URL"].startswith(lines[-1].split()[-1])
    assert {"SPEECH_TO_TEXT_APIKEY", "TEXT_TO_SPEECH_AUTH_URL"} <= set(variables)


def test_a_busy_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with start("--port", port) as process:
            _, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in errors
    assert "Traceback" not in errors
