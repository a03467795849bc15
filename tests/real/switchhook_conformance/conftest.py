"""Our own server in a process of its own, as the suite sees any server."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager

import anyio
import pytest

from switchhook import Options
from switchhook_conformance.profile import Profile
from switchhook_conformance.runner import run

INSTANCE = "0c1d2e3f-0000-4000-8000-00000000c0de"
CONFIG = f"""
[server]
port = 0
proxy = {{ trusted = ["127.0.0.1"] }}

[transport]
use = "genesys"
[transport.integrations.main]
keys = [
    {{ api_key = "key", client_secret = {{ file = "secret" }} }},
    {{ api_key = "next", client_secret = {{ file = "next" }} }},
]
[transport.integrations.lab]
keys = [{{ api_key = "lab", unsigned = true }}]

[connectors.robot]
address = {{ integration = "main", instance_id = "{INSTANCE}" }}
assistant = {{ use = "conformance" }}
stt = {{ use = "moonshine", workers = 1 }}
tts = {{ use = "hibari" }}

[connectors.paused]
address = {{ integration = "main", instance_id = "paused", start_paused = true }}
assistant = {{ use = "conformance" }}
stt = {{ use = "moonshine", workers = 1 }}
tts = {{ use = "hibari" }}

[connectors.plain]
address = {{ integration = "main", instance_id = "plain" }}
assistant = {{ use = "script", file = "bot.toml" }}
stt = {{ use = "moonshine", workers = 1 }}
tts = {{ use = "hibari" }}

[records]
directory = "records"
"""


PLAIN = """
[steps.hello]
responses = ["Hello."]

[fallback]
responses = ["Well."]
"""


def url_of(process, log):
    for _ in range(1200):
        lines = [line for line in log.read_text().splitlines() if line.startswith("listening on ")]
        if lines:
            return lines[0].split()[-1]
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(f"not listening: {log.read_text()}")


@contextmanager
def running(folder):
    """A server with files there, and a profile of it."""
    for name in ("secret", "next"):
        (folder / name).write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    (folder / "switchhook.toml").write_text(CONFIG)
    (folder / "bot.toml").write_text(PLAIN)
    log = folder / "log"
    with log.open("w") as file:
        command = [sys.executable, "-m", "switchhook", "serve", "--config", folder / "switchhook.toml"]
        process = subprocess.Popen(command, stderr=file, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        try:
            url = url_of(process, log)
            (folder / "profile.toml").write_text(f"""
url = "{url}{INSTANCE}/connect?version=2024-08-25"
api_key = "key"
client_secret = {{ file = "secret" }}
base_path = "/"
health_path = "/livez"
unknown_path = "/nobody/connect"
second_key = {{ api_key = "next", client_secret = {{ file = "next" }} }}
open_key = "lab"
paused_path = "/paused/connect"
bot = ["all"]
forwarded = {{ host = "voice.example.com", trusted = true }}
pid = {process.pid}
soak = {{ sessions = 40, minutes = 0.4 }}
drain = "kill -INT {process.pid}"
client = "{sys.executable} -m switchhook dial {{url}} --api-key key --linger 30 --output {folder}/dial"
""")
            yield folder
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The folder of a running server, with a profile of it."""
    with running(tmp_path_factory.mktemp("conformance")) as folder:
        yield folder


@pytest.fixture
def own_server(tmp_path):
    """As `server`, for a test that ends it."""
    with running(tmp_path) as folder:
        yield folder


def read_profile(folder):
    table = tomllib.loads((folder / "profile.toml").read_text())
    return Options(table, place="profile", base=folder).parse(Profile)


@pytest.fixture(scope="session")
def profile(server):
    return read_profile(server)


def side_by_side(*jobs, at_once=4):
    """The results by the case's id, of pairs of a case and a profile: most of a case's time is waiting."""
    results = {}

    async def run_all():
        room = anyio.CapacityLimiter(at_once)

        async def run_one(case, profile):
            async with room:
                [results[case.id]] = await run([case], profile, long=True, tell=lambda result: None)

        async with anyio.create_task_group() as group:
            for job in jobs:
                group.start_soon(run_one, *job)

    anyio.run(run_all)
    return results
