"""Does a process grow with the calls that it has answered, turned away or lost?

`python benchmarks/leaks.py [--calls 20000]` prints a table in Markdown, and fails where more than 50 KB a
thousand calls stay after the 2,000th, or one descriptor or task. Memory is what the system counts (RSS), and
that moves by some 300 KB as pages are used or not: so a run of fewer calls tells it, and does not judge it.
Beside it stands what is in use: bytes of malloc, and Python's objects. Where these stay and memory does not,
it is pages that were used in part, and nothing that anybody has kept. The server is `switchhook serve` in one
process, with figures, traces (whose collector takes them) and records, and engines in memory. Of ten
calls six are answered and hang up after the greeting has begun, one fails with its assistant, one goes
without a word, one breaks the protocol, and one is refused for its signature. What there is in the
process is read every hundredth part, when no call is live.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from process import HOST, INSTANCE, KEY, SECRET
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from switchhook_audiohook.protocol import ClientSession, ClientState, Media, Open, Participant, events
from switchhook_audiohook.signature import UpgradeRequest, sign
from telemetry import _free_port, collecting

HERE = Path(__file__).parent
GOAL = 50 * 1024  # bytes that a thousand calls may leave
WARM = 2000  # calls after which it counts
ENOUGH = 15_000  # calls after those: pages that move by 300 KB are 20 KB a thousand then
AT_ONCE = 50
PARTS = 100
PATIENCE = 30.0  # seconds for one step
CONFIG = """
[server]
port = {port}
max_calls = 200
[admin]
port = {admin}
[transport]
use = "genesys"
[transport.integrations.main]
keys = [{{ api_key = "{key}", client_secret = "{secret}" }}]
[connectors.bench]
address = {{ integration = "main", instance_id = "{instance}" }}
assistant = {{ use = "leaks" }}
stt = {{ use = "leaks" }}
tts = {{ use = "leaks" }}
[records]
directory = "records"
[plugins.tracing]
endpoint = "{collector}"
"""
ENTRY_POINTS = """
[switchhook.stt]
leaks = leaks_plugins:Hearing
[switchhook.tts]
leaks = leaks_plugins:Speaking
[switchhook.assistant]
leaks = leaks_plugins:Thinking
[switchhook.extension]
leaks = leaks_plugins:Telling
"""
METADATA = "Metadata-Version: 2.1\nName: leaks-plugins\nVersion: 1\nRequires-Dist: switchhook>=0.1,<0.2\n"
KINDS = (
    "answered",
    "failed",
    "answered",
    "vanished",
    "answered",
    "broken",
    "answered",
    "refused",
    "answered",
    "answered",
)


@contextmanager
def served(folder: Path, collector: str) -> Iterator[tuple[str, str]]:
    """The URLs for calls and for figures."""
    about = folder / "site" / "leaks_plugins-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(METADATA)
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    port, admin = _free_port(), _free_port()
    given = {"port": port, "admin": admin, "key": KEY, "secret": SECRET, "instance": INSTANCE}
    (folder / "switchhook.toml").write_text(CONFIG.format(collector=collector, **given))
    path = os.pathsep.join([str(folder / "site"), str(HERE), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "switchhook", "serve", "--log-level", "error"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, cwd=folder, env={**os.environ, "PYTHONPATH": path})
    try:
        until = time.monotonic() + PATIENCE
        while "listening on " not in (folder / "log").read_text():
            if time.monotonic() > until or process.poll() is not None:
                sys.exit((folder / "log").read_text())
            time.sleep(0.05)
        yield f"ws://{HOST}:{port}/", f"http://{HOST}:{admin}/figures"
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def headers_for(url: str, ids: list[str], *, right: bool) -> list[tuple[str, str]]:
    names = ("Audiohook-Session-Id", "Audiohook-Organization-Id", "Audiohook-Correlation-Id")
    headers = list(zip(names, ids, strict=True))
    request = UpgradeRequest("GET", f"/{_path()}", url.split("/")[2], headers)
    secret = base64.b64decode(SECRET) if right else secrets.token_bytes(32)
    return headers + sign(request, KEY, secret, time.time(), secrets.token_urlsafe(18))


def _path() -> str:
    return f"{INSTANCE}/connect?version=2024-08-25"


async def call(url: str, kind: str) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    headers = headers_for(url, ids, right=kind != "refused")
    try:
        async with connect(url + _path(), additional_headers=headers, compression=None, proxy=None) as ws:
            session = ClientSession(ids[0], time.monotonic)
            variables = {"fails": "yes"} if kind == "failed" else {"number": ids[0]}
            who = Participant(id=ids[2], ani="tel:+4915550100", ani_name="Kim", dnis="tel:+4930555010")
            session.open(
                Open(
                    organization_id=ids[1],
                    conversation_id=ids[2],
                    participant=who,
                    media=(Media(),),
                    input_variables=variables,
                )
            )
            await _send(ws, session)
            await _listen(ws, session, kind)
    except (ConnectionClosed, InvalidStatus):
        if kind == "answered":
            raise


async def _send(ws: object, session: ClientSession) -> None:
    for data in session.data_to_send():
        await ws.send(data)  # type: ignore[attr-defined]  # a connection of websockets


async def _listen(ws: object, session: ClientSession, kind: str) -> None:
    """Until the first sound, and then on in its own way."""
    async for message in ws:  # type: ignore[attr-defined]  # likewise
        if isinstance(message, bytes):
            session.receive_audio(message)
            if kind == "vanished":
                ws.transport.abort()  # type: ignore[attr-defined]  # likewise
                return
            if kind == "broken":
                await ws.send("{")  # type: ignore[attr-defined]  # likewise
            elif kind == "answered":
                session.close("end")
                kind = "over"
        elif any(isinstance(each, events.Disconnected) for each in session.receive_text(message)):
            session.close("end")
        await _send(ws, session)
        if session.state is ClientState.CLOSED:
            return


async def place(url: str, first: int, count: int) -> None:
    numbers = iter(range(first, first + count))

    async def callers() -> None:
        for number in numbers:
            with anyio.fail_after(PATIENCE):
                await call(url, KINDS[number % len(KINDS)])

    async with anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(callers)


def figures(page: str) -> dict[str, int]:
    """When no call is live: then two readings say the same."""
    until, before = time.monotonic() + PATIENCE, {"tasks": -1, "descriptors": -1}
    while time.monotonic() < until:
        time.sleep(1.0)
        with urllib.request.urlopen(page, timeout=PATIENCE) as answer:
            found: dict[str, int] = json.load(answer)
        if all(found[name] == before[name] for name in ("tasks", "descriptors")):
            return found
        before = found
    sys.exit(f"the process does not come to rest: {before}")


def measure(calls: int, folder: Path) -> list[dict[str, int]]:
    part = max(100, calls // PARTS)
    with collecting() as collector, served(folder, collector) as (url, page):
        found = [{"calls": 0, **figures(page)}]
        for first in range(0, calls, part):
            asyncio.run(place(url, first, part))
            found.append({"calls": first + part, **figures(page)})
    kept = sum(len(file.read_text().splitlines()) for file in (folder / "records").glob("calls-*.jsonl"))
    print(f"lines of records: {kept:,}", file=sys.stderr)
    return found


def report(found: list[dict[str, int]], warm: int) -> tuple[list[str], bool]:
    counted = [each for each in found if each["calls"] >= warm] or found[-2:]
    first, last = counted[0], counted[-1]
    rows = ["| calls | memory | of malloc | objects | descriptors | tasks | threads |", f"|{' --- |' * 7}"]
    for each in (found[0], first, last):
        sizes = [f"{each[name] / 2**20:.1f} MB" for name in ("memory", "malloc")]
        counts = [f"{each[name]:,}" for name in ("objects", "descriptors", "tasks", "threads")]
        rows.append(f"| {each['calls']:,} | {' | '.join([*sizes, *counts])} |")
    memory, malloc, objects = (_slope(counted, name) for name in ("memory", "malloc", "objects"))
    judged = last["calls"] - first["calls"] >= ENOUGH
    goal = f"goal ≤ {GOAL // 1024}" if judged else f"not judged: {ENOUGH:,} calls would tell"
    grown = f"{memory / 1024:.1f} KB a thousand calls ({goal})"
    used = f"in use {malloc / 1024:.1f} KB of malloc and {objects:.0f} objects a thousand calls"
    rows.append(f"\nafter call {first['calls']:,}: {grown}; {used}")
    held = all(last[name] <= first[name] for name in ("descriptors", "tasks", "threads"))
    return rows, held and (memory <= GOAL or not judged)


def _slope(counted: list[dict[str, int]], name: str) -> float:
    """A thousand calls."""
    calls = [each["calls"] / 1000 for each in counted]
    return statistics.linear_regression(calls, [each[name] for each in counted]).slope


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="leaks-") as folder:
        found = measure(options.calls, Path(folder))
    rows, held = report(found, min(WARM, options.calls // 2))
    print("\n".join(rows))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
