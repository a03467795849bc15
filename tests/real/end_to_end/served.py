"""`switchhook serve` in processes of its own, on engines in memory, and callers of it."""

import base64
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..transport_genesys.live import dialled

INSTANCE = "0c1d2e3f-0000-4000-8000-00000000e2e0"
PATH = f"/{INSTANCE}/connect?version=2024-08-25"
ENGINE = """
from switchhook import hookimpl
from switchhook.testing import MemoryAssistant, MemorySpeechToText, MemoryTextToSpeech

@hookimpl
def create_{kind}(options):
    return {made}
"""
ENGINES = {
    "stt": "MemorySpeechToText()",
    "tts": "MemoryTextToSpeech()",
    "assistant": "MemoryAssistant(lambda turn: ['welcome'])",
}
CONFIG = """
[server]
port = 0
notice = "{notice}"
{server}
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "key", client_secret = {{ file = "secret" }} }}]
{transport}
[connectors.bot]
address = {{ integration = "main", instance_id = "{instance}" }}
assistant = {{ use = "memory" }}
stt = {{ use = "memory" }}
tts = {{ use = "memory" }}
[admin]
port = 0
[records]
directory = "records"
"""


def wait_for(condition, seconds=20.0, otherwise=lambda: ""):
    until = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < until, otherwise()
        time.sleep(0.02)
    return found


def _whole_lines(file):
    """The last one may be on its way."""
    return file.read_text().rpartition("\n")[0].splitlines()


@dataclass
class Served:
    process: subprocess.Popen
    folder: Path
    secret: str
    port: int
    admin_port: int

    def log(self):
        return (self.folder / "log").read_text()

    def said(self, text, count=1, seconds=20.0):
        """Waits until the log has it that often."""
        wait_for(lambda: len(re.findall(text, self.log())) >= count, seconds, self.log)

    @property
    def url(self):
        return re.findall(r"listening on (ws://\S+)", self.log())[-1]

    def calls(self):
        """A caller, as `dialled` has it."""
        return dialled(self.url, PATH, self.secret)

    def workers(self):
        """The process ids of its children."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(each) for each in children.split()]

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def figure(self, name):
        """The sum of what /metrics has of that name."""
        found = re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", self.get("/metrics")[1], re.MULTILINE)
        return sum(float(each) for each in found)

    def signal(self, number):
        self.process.send_signal(number)

    def records(self):
        files = sorted((self.folder / "records").glob("calls-*.jsonl"))
        return [json.loads(line) for file in files for line in _whole_lines(file)]


def install(folder):
    """The engines, in a folder for PYTHONPATH."""
    site = folder / "site"
    metadata = site / "acme_memory-1.0.dist-info"
    metadata.mkdir(parents=True)
    for kind, made in ENGINES.items():
        (site / f"acme_{kind}.py").write_text(ENGINE.format(kind=kind, made=made))
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-memory\nVersion: 1.0\n")
    groups = (f"[switchhook.{each}]\nmemory = acme_{each}\n" for each in ENGINES)
    (metadata / "entry_points.txt").write_text("\n".join(groups))
    return {**os.environ, "PYTHONPATH": str(site)}


def free_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


@contextmanager
def served(
    folder,
    *arguments,
    server="",
    notice="100ms",
    transport="",
    secret="",
    port=None,
    environ=None,
    command=None,
    tables="",
    **more,
):
    """Until it listens, and then until it was told to end. Nothing of it is left over. `tables`: more of its
    configuration."""
    secret = secret or base64.b64encode(secrets.token_bytes(32)).decode()
    admin_port = free_port()
    (folder / "secret").write_text(secret)
    text = CONFIG.format(server=server, notice=notice, transport=transport, instance=INSTANCE).replace(
        "[admin]\nport = 0", f"[admin]\nport = {admin_port}"
    )
    (folder / "switchhook.toml").write_text(text.replace("port = 0", f"port = {port or 0}") + tables)
    (folder / "secret").chmod(0o600)
    command = command or [sys.executable, "-m", "switchhook"]
    full = [*command, "serve", "--config", str(folder / "switchhook.toml"), *arguments]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(full, stderr=log, env=environ or install(folder), **more)
        one = Served(process, folder, secret, port or 0, admin_port)
        try:
            wait_for(lambda: "listening on " in one.log() or process.poll() is not None, 30.0, one.log)
            yield one
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
