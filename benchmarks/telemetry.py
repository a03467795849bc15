"""What figures and traces cost a call: the same server with both and with neither, in the same seconds.

`python benchmarks/telemetry.py [--calls 20] [--seconds 30] [--rounds 9]` prints a table in Markdown, on
uvloop where it is installed. The calls are those of `watson_calls.py`, through Watson's plugins and
emulators. One server has `switchhook-telemetry`, whose page is read every five seconds, and
`switchhook-tracing`, with a collector that takes each trace; the other has neither. In each round as many
calls come to either, talk, and hang up; what is measured is the processor time of the servers from the
first call to a moment after the last, when traces have been sent. The figure is the ratio of a round, and
of several the median.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from process import HOST
from relay import running
from watson_calls import LOAD, SERVER

GOAL = 1.1
SCRAPE = 5.0  # seconds between two readings of the figures
SETTLING = 2.0  # seconds after the last call
OFF = '[plugins]\nexclude = ["telemetry", "tracing"]\n'
ON = '[admin]\nport = {port}\n[plugins.tracing]\nendpoint = "{url}"\n'


class Collector(BaseHTTPRequestHandler):
    """Takes whatever comes, and counts its bytes."""

    protocol_version = "HTTP/1.1"
    taken = 0

    def do_POST(self) -> None:
        Collector.taken += len(self.rfile.read(int(self.headers["content-length"])))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *given: object) -> None:  # noqa: A002  # the library's name
        """Nobody reads it."""


@contextmanager
def collecting() -> Iterator[str]:
    """The address for traces."""
    with ThreadingHTTPServer((HOST, 0), Collector) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_address[1]}/v1/traces"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def scraping(port: int) -> Iterator[list[int]]:
    """The sizes of the pages that were read."""
    sizes: list[int] = []
    over = threading.Event()

    def read() -> None:
        while not over.wait(SCRAPE):
            with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=10) as page:
                sizes.append(len(page.read()))

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as there:
        return int(there.getsockname()[1])


def _copy(source: Path, target: Path, more: str) -> str:
    """A folder with the same configuration and more."""
    target.mkdir()
    for name in ("switchhook.toml", "ibm-credentials.env"):
        (target / name).write_text((source / name).read_text())
    with (target / "switchhook.toml").open("a") as file:
        file.write(more)
    return str(target)


def measure(calls: int, seconds: float, rounds: int, folder: Path) -> Iterator[dict[str, float]]:
    """Milliseconds of processor time for a call, with telemetry on and off, of each round."""
    with ExitStack() as stack:
        port = _free_port()
        url = stack.enter_context(collecting())
        stack.enter_context(running(SERVER, "emulators", str(folder))).line()
        more = {"off": OFF, "on": ON.format(port=port, url=url)}
        servers = {
            name: stack.enter_context(running(SERVER, "switchhook", _copy(folder, folder / name, text)))
            for name, text in more.items()
        }
        urls = {name: server.line() for name, server in servers.items()}
        sizes = stack.enter_context(scraping(port))
        for number in range(rounds + 1):
            order = list(servers) if number % 2 else list(reversed(servers))
            before = {name: servers[name].figures()["cpu"] for name in order}
            with ExitStack() as round_:
                loads = [
                    round_.enter_context(running(LOAD, "callers", urls[name], str(calls))) for name in order
                ]
                for load in loads:
                    load.line()
                time.sleep(seconds)
                problems = [each["problem"] for load in loads for each in load.figures().values()]
            if any(problems):
                sys.exit(f"a call was lost: {problems}")
            time.sleep(SETTLING)
            spent = {name: 1000 * (servers[name].figures()["cpu"] - before[name]) / calls for name in order}
            if number:  # in the first one much is made that stays
                yield spent
        if not Collector.taken or (seconds * rounds > 2 * SCRAPE and not sizes):
            sys.exit("no trace or no figure was taken: nothing was measured")


def report(found: list[dict[str, float]]) -> Iterator[str]:
    yield "| telemetry | ms of CPU per call | ratio | goal |\n| --- | --- | --- | --- |"
    ratios = [each["on"] / each["off"] for each in found]
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    for name, told in (("off", "1 | |"), ("on", f"{middle:.3f} ({low:.3f} to {high:.3f}) | ≤ {GOAL} |")):
        yield f"| {name} | {statistics.median(each[name] for each in found):.1f} | {told}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="telemetry-") as folder:
        found = list(measure(options.calls, options.seconds, options.rounds, Path(folder)))
    print("\n".join(report(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
