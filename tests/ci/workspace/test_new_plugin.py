"""A new plugin of each kind, from wheels: installed alone, checked strictly, tested, and used in a call, by the commands
of its own page."""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import wave
from array import array
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
UV = Path(sys.executable).parent / "uv"
KINDS = {  # what is shown where it is tried
    "response": ("Your code is", "A, B, 1, 2"),
    "stt": ("That was long.",),
    "tts": (),
    "assistant": ("Hello Kim.", "You said: what a day.", "Goodbye."),
    "codec": ("test_a_caller_is_heard_and_hears PASSED",),
    "transport": ("heard.wav",),
    "extension": ("example: turn 2 (speech) was answered after",),
    "command": ("1 completed", "1 hung_up"),
}
LONGEST = 240  # seconds that a command may take on a busy machine


class Author:
    """Somebody with an empty environment, in which Switchhook's core is installed from a wheel."""

    def __init__(self, folder, wheels, cache):
        self._wheels, self._env = wheels, folder / "env"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SWITCHHOOK_")}
        self._environ = {
            **clean,
            "PATH": f"{self._env / 'bin'}:{os.environ['PATH']}",
            "MYPY_CACHE_DIR": str(cache),
            "SWITCHHOOK_SERVER__PORT": free_port(),
        }
        self._run(UV, "venv", "--quiet", "--python", sys.executable, self._env, cwd=folder)
        self.install(folder, "switchhook")

    def install(self, folder, *what):
        options = ["--no-config", "--constraint", ROOT / "constraints.txt", "--find-links", self._wheels]
        self._run(
            UV, "pip", "install", "--quiet", "--python", self._env / "bin/python", *options, *what, cwd=folder
        )

    def _run(self, *command, cwd):
        line = [str(part) for part in command]
        done = subprocess.run(
            line, cwd=cwd, env=self._environ, capture_output=True, text=True, timeout=LONGEST
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def type(self, folder, lines):
        """What is shown. `pip` is uv's, which knows the wheels."""
        for line in lines:
            if line.startswith("pip install "):
                self.install(folder, *shlex.split(line)[2:])
        script = "\n".join(line for line in lines if not line.startswith("pip "))
        return self._run("sh", "-ec", script, cwd=folder)

    def type_beside(self, folder, lines, others):
        """What the others show, typed in another terminal when the last of the lines listens."""
        *before, last = lines
        self.type(folder, before)
        with (folder / "serve.log").open("w+") as log:
            server = subprocess.Popen(
                ["sh", "-c", last],
                cwd=folder,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            deadline = time.monotonic() + LONGEST
            while "listening on " not in (said := (folder / "serve.log").read_text()):
                assert server.poll() is None, said
                assert time.monotonic() < deadline, said
                time.sleep(0.1)
            return self.type(folder, others)
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=30)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return str(taken.getsockname()[1])


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What mypy has made of the libraries."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture(scope="module", params=list(KINDS))
def made(request, tmp_path_factory, wheels, cache):
    """(the author, the plugin's folder, its kind)"""
    folder = tmp_path_factory.mktemp(request.param)
    author = Author(folder, wheels, cache)
    shown = author.type(folder, [f"switchhook new-plugin acme-{request.param} --kind {request.param}"])
    assert "pip install -e '.[test]'" in shown
    return author, folder / f"acme-{request.param}", request.param


def lines(folder, heading):
    """What the page has its reader type."""
    section = (folder / "README.md").read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.search(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[1].splitlines()


def test_it_installs_alone_and_is_listed(made):
    author, folder, kind = made
    author.type(folder, lines(folder, "Install"))
    listed = json.loads(author.type(folder, ["switchhook plugins --json"]))
    (own,) = (each for each in listed if each["distribution"] == f"switchhook-acme-{kind}")
    assert not own["error"]
    assert {each["distribution"] for each in listed} == {"switchhook", own["distribution"]}


def test_it_is_checked_strictly_and_passes_its_tests(made):
    author, folder, _ = made
    shown = author.type(folder, lines(folder, "Work on it"))
    assert "Success: no issues found" in shown
    assert " passed" in shown


def test_it_is_used_in_a_call(made):
    author, folder, kind = made
    typed = lines(folder, "Try it")
    if kind == "transport":  # the port that its page names may be taken where tests run
        port = free_port()
        typed = [line.replace(".caller", f".caller --port {port}") for line in typed]
        typed = [
            re.sub("^switchhook serve", f"SWITCHHOOK_TRANSPORT__PORT={port} \\g<0>", line) for line in typed
        ]
    at = next((number for number, line in enumerate(typed) if line.startswith("# and")), None)
    if at is None:
        shown = author.type(folder, typed)
    else:
        shown = author.type_beside(folder, typed[:at], typed[at + 1 :])
    assert [each for each in KINDS[kind] if each not in re.sub(" +", " ", shown)] == []
    for recording in (*folder.glob("heard.wav"), *folder.glob("dial-output/*.wav")):
        assert loud(recording, -1) > 0.5, shown


def loud(path, channel):
    """Seconds of it in which there is a sound."""
    with wave.open(str(path)) as file:
        samples = array("h", file.readframes(file.getnframes()))[
            channel % file.getnchannels() :: file.getnchannels()
        ]
        rate = file.getframerate()
    return sum(abs(each) > 300 for each in samples) / rate
