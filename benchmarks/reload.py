"""A configuration that is read again and again under live calls: is one lost, and what does it cost?

`python benchmarks/reload.py [--calls 100] [--reloads 100]` prints a table in Markdown, on uvloop where it is
installed. The server is `switchhook serve` in a process of its own, with engines of `reload_plugins.py`; its
callers are those of `watson_calls.py`, whose every word comes back to them. Each reading has other keys,
texts, engines and settings of a plugin; every tenth is a broken file. It is measured after the first ten,
when live calls hold what they began with. Then ten more callers come, and all hang up.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from process import HOST, INSTANCE, KEY, SECRET
from relay import HERE, running

LOAD = "watson_calls_load.py"
BROKEN = 10  # each so many readings have a broken file
WARM = 10  # readings that do not count: what only a first one needs is there then
NEW = 10  # calls that come at the end
PATIENCE = 60.0  # seconds for one step
CONFIG = """
[server]
port = {port}
[admin]
port = {admin}
[transport]
use = "genesys"
[transport.integrations.main]
keys = [
  {{ api_key = "{key}", client_secret = "{secret}" }},
  {{ api_key = "k{n}", client_secret = "{secret}" }},
]
[connectors.bench]
address = {{ integration = "main", instance_id = "{instance}" }}
assistant = {{ use = "reload" }}
stt = {{ use = "{engine}", model = {n} }}
tts = {{ use = "{engine}", model = {n} }}
failure_text = "Sorry, {n}."
[connectors.bench.languages.de]
failure_text = "Leider {n}."
[plugins.telling]
number = {n}
[records]
directory = "records"
"""
ENTRY_POINTS = """
[switchhook.stt]
reload = reload_plugins:Hearing
another = reload_plugins:Hearing
[switchhook.tts]
reload = reload_plugins:Speaking
another = reload_plugins:Speaking
[switchhook.assistant]
reload = reload_plugins:Thinking
[switchhook.extension]
telling = reload_plugins:Telling
"""
METADATA = "Metadata-Version: 2.1\nName: reload-plugins\nVersion: 1\nRequires-Dist: switchhook>=0.1,<0.2\n"
Figures = dict[str, Any]


class Serving:
    """`switchhook serve`, and its file. `path`: folders of modules, before all others."""

    def __init__(self, folder: Path, *arguments: str, path: Sequence[Path] = ()) -> None:
        self._folder, self._file, self._log = folder, folder / "switchhook.toml", folder / "log"
        self._arguments, self._path = arguments, [*path, folder / "site", HERE]
        self._port, self._admin = _free_port(), _free_port()
        self.url = f"ws://{HOST}:{self._port}/"
        about = folder / "site" / "reload_plugins-1.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(METADATA)
        (about / "entry_points.txt").write_text(ENTRY_POINTS)
        self._process: subprocess.Popen[bytes]

    @contextmanager
    def running(self) -> Iterator[None]:
        self.write(0)
        command = [sys.executable, "-m", "switchhook", "serve", "--config", str(self._file), *self._arguments]
        path = os.pathsep.join([*map(str, self._path), os.environ.get("PYTHONPATH", "")])
        with self._log.open("wb") as log:
            environ = {**os.environ, "PYTHONPATH": path}
            self._process = subprocess.Popen(command, stderr=log, cwd=self._folder, env=environ)
        try:
            self.until(lambda: "listening on " in self.log())
            yield
        finally:
            self.signal(signal.SIGINT)
            self._process.wait(PATIENCE)

    def log(self) -> str:
        return self._log.read_text()

    def write(self, number: int, more: str = "", engine: str = "reload") -> None:
        names = {"port": self._port, "admin": self._admin, "key": KEY, "secret": SECRET, "engine": engine}
        self._file.write_text(CONFIG.format(n=number, instance=INSTANCE, **names) + more)

    def read_again(self) -> str:
        """What the log says of it."""
        before = len(self.log())
        self.signal(signal.SIGHUP)
        self.until(lambda: " applied" in self.log()[before:])
        return self.log()[before:]

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def status(self) -> int | None:
        return self._process.poll()

    def figures(self, query: str = "") -> Figures:
        """Since they were asked for last."""
        with urllib.request.urlopen(f"http://{HOST}:{self._admin}/figures{query}", timeout=PATIENCE) as page:
            figures: Figures = json.load(page)
        return figures

    def until(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until or self.status() is not None:
                sys.exit(self.log())
            time.sleep(0.01)


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as there:
        return int(there.getsockname()[1])


def measure(calls: int, reloads: int, folder: Path) -> dict[str, Any]:
    server = Serving(folder)
    with ExitStack() as stack:
        stack.enter_context(server.running())
        load = stack.enter_context(running(LOAD, "callers", server.url, str(calls)))
        load.line()
        for number in range(1, WARM + 1):
            _change(server, number)
        server.figures()
        time.sleep(10)
        before = server.figures()
        refused = [_change(server, number) for number in range(WARM + 1, WARM + reloads + 1)]
        during = server.figures()
        time.sleep(2)
        after = server.figures()
        new = stack.enter_context(running(LOAD, "callers", server.url, str(NEW)))
        new.line()
        callers = [*load.figures().values(), *new.figures().values()]
    return {"before": before, "during": during, "after": after, "callers": callers, "refused": sum(refused)}


def _change(server: Serving, number: int) -> bool:
    """Whether it was refused, as it ought to be."""
    broken = number % BROKEN == 0
    server.write(number, "[records]\n" if broken else "")
    said = server.read_again()
    if ("is not applied" in said) is not broken:
        sys.exit(said)
    time.sleep(0.1)
    return broken


def report(found: dict[str, Any], reloads: int) -> Iterator[str]:
    before, during, after, callers = (found[name] for name in ("before", "during", "after", "callers"))
    yield "| what | before | while it is read | after |\n| --- | --- | --- | --- |"
    late = (max(each["late"], default=0.0) * 1000 for each in (before, during, after))
    yield (
        "| event loop late, at worst (goal: 50 ms) | " + " | ".join(f"{each:.0f} ms" for each in late) + " |"
    )
    for name, what in (("descriptors", "descriptors"), ("threads", "threads"), ("live", "models in memory")):
        yield f"| {what} | {before[name]} | {during[name]} | {after[name]} |"
    memory = (each["memory"] / 2**20 for each in (before, during, after))
    yield "| memory | " + " | ".join(f"{each:.0f} MB" for each in memory) + " |"
    lost = sum(bool(each["problem"]) for each in callers)
    whole, due = sum(each["whole"] for each in callers), sum(each["turns"] + 1 for each in callers)
    yield f"\n{reloads} readings, {found['refused']} of them refused; calls: {len(callers)}, lost: {lost}"
    yield f"answers heard whole: {whole:,} of {due:,}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--reloads", type=int, default=100)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="reload-") as folder:
        found = measure(options.calls, options.reloads, Path(folder))
    print("\n".join(report(found, options.reloads)))
    return 1 if any(each["problem"] for each in found["callers"]) else 0


if __name__ == "__main__":
    sys.exit(main())
