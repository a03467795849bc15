"""A real server in a process of its own, real engines, a real client over a real socket."""

import base64
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import pytest

from switchhook import AudioFormat, codec_for, load_audio, load_recogniser
from switchhook_genesys_tools.dial import Plan, Target, Utterance, call

CLIPS = Path(__file__).parents[2] / "data/speech/human"
LINE = AudioFormat("PCMU", 8000)
INSTANCE = "0c1d2e3f-0000-4000-8000-00000000e2e0"
CONFIG = f"""
[server]
port = 0

[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "e2e-key", client_secret = {{ file = "secret" }} }}]

[connectors.bot]
address = {{ integration = "main", instance_id = "{INSTANCE}" }}
assistant = {{ use = "script", file = "bot.toml" }}
stt = {{ use = "moonshine", workers = 1 }}
tts = {{ use = "hibari" }}
events = true
{{extra}}

[records]
directory = "records"
"""


def _whole_lines(file):
    """The last one may be on its way."""
    return file.read_text().rpartition("\n")[0].splitlines()


@dataclass
class Running:
    process: subprocess.Popen
    folder: Path
    secret: bytes
    url: str = ""
    stderr: list[str] = field(default_factory=list)

    def target(self, secret=None):
        return Target(f"{self.url}{INSTANCE}/connect?version=2024-08-25", "e2e-key", secret or self.secret)

    def dial(self, *steps, secret=None, **plan):
        return anyio.run(call, Plan(tuple(steps), timeout=60.0, **plan), self.target(secret))

    def record_of(self, result):
        """The server writes it a moment after the client has gone."""
        for _ in range(200):
            for record in self.records():
                if record.get("conversation_id") == result.conversation_id:
                    return record
            time.sleep(0.05)
        raise AssertionError(f"no record: {result.ending} {result.detail}; {self.log()}")

    def records(self):
        files = sorted((self.folder / "records").glob("calls-*.jsonl"))
        return [json.loads(line) for file in files for line in _whole_lines(file)]

    def log(self):
        return (self.folder / "log").read_text()


@contextmanager
def _a_server(folder, script, extra="", at_start=lambda process: None, arguments=(), environ=()):
    secret = secrets.token_bytes(32)
    (folder / "secret").write_text(base64.b64encode(secret).decode())
    (folder / "bot.toml").write_text(script)
    (folder / "switchhook.toml").write_text(CONFIG.replace("{extra}", extra))
    command = [
        sys.executable,
        "-m",
        "switchhook",
        "serve",
        "--config",
        folder / "switchhook.toml",
        "--log-level",
        "debug",
        *arguments,
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, env={**os.environ, **dict(environ)})
        running = Running(process, folder, secret)
        try:
            at_start(process)
            running.url = _url(running)
            yield running
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


def _url(running):
    for _ in range(1200):
        if found := re.search(r"\blistening on (ws://[^\s\"]+)", running.log()):
            return found[1]
        assert running.process.poll() is None, running.log()
        time.sleep(0.05)
    raise AssertionError(f"not listening: {running.log()}")


def _clip(name):
    return Utterance(load_audio((CLIPS / f"{name}.wav").read_bytes(), LINE), name)


def _words_of(segments):
    """What the bot said, as a recogniser hears it."""
    recogniser, codec = load_recogniser("moonshine", {"workers": 1}), codec_for(LINE)

    async def listen():
        async with recogniser.open(LINE.linear, "en-US", {}) as recognition:
            for segment in segments:
                recognition.feed(codec.decode(bytes(segment.audio) + LINE.silence(1.0)))
            recognition.finish()
            return [each.text async for each in recognition if getattr(each, "final", False)]

    return " ".join(anyio.run(listen)).lower()


@pytest.fixture(scope="session")
def a_server():
    return _a_server


@pytest.fixture(scope="session")
def clip():
    return _clip


@pytest.fixture(scope="session")
def words_of():
    return _words_of


@pytest.fixture(scope="session")
def codec():
    return codec_for(LINE)
