"""What a call-second costs: each caller's audio relayed to a second WebSocket, by four servers at once.

`python benchmarks/relay.py [--calls 100] [--seconds 15] [--rounds 5]` prints a table in Markdown; it needs
uvloop. Servers, callers and second WebSockets are processes of their own on this one machine. The cost is
the server's CPU time while every caller streams 200 ms of PCMU at a time, in real time. The four run side by
side, so that they share the machine's mood: one after the other, the same ratio wandered between 0.6 and 0.9
on a shared machine. It is the median of the ratios within each round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
KINDS = {
    "bare": "a bare relay on `websockets`' asyncio layer",
    "parser": "our sockets without the shortcut, no AudioHook",
    "sockets": "our sockets, no AudioHook",
    "audiohook": "`transport_genesys`: signed upgrade, session, limits, leg",
}
GOAL = 0.7


class ServerProgram:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def line(self) -> str:
        """The next that it prints."""
        assert self._process.stdout is not None
        if line := self._process.stdout.readline():
            return line.strip()
        return sys.exit("a part of the benchmark has ended early")

    def figures(self) -> dict[str, Any]:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # `line` says so
            self._process.stdin.write("\n")
            self._process.stdin.flush()
        figures: dict[str, Any] = json.loads(self.line())
        return figures


class Revision(NamedTuple):
    """Whose programs run: a folder of benchmarks, its Python, and its environment variables if not ours."""

    benchmarks: Path
    python: str
    environ: Mapping[str, str] | None = None


OURS = Revision(HERE, sys.executable)


@contextmanager
def running(script: str, *arguments: str, of: Revision = OURS) -> Iterator[ServerProgram]:
    process = subprocess.Popen(
        [of.python, of.benchmarks / script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=of.environ,
    )
    try:
        yield ServerProgram(process)
    finally:
        process.kill()
        process.communicate()


def costs_of(wanted: Mapping[str, tuple[str, Revision]], calls: int, seconds: float) -> dict[str, float]:
    """Milliseconds of CPU time for a second of one call, by name, as `wanted` has the kind of each server and
    whose it is. What is around a server is ours."""
    with ExitStack() as stack:
        servers, loads = {}, []
        for name, (kind, revision) in wanted.items():
            second = stack.enter_context(running("relay_server.py", "second"))
            server = stack.enter_context(running("relay_server.py", kind, second.line(), of=revision))
            servers[name], url = server, server.line()
            loads.append(stack.enter_context(running("relay_load.py", kind, url, str(calls))))
        for load in loads:
            load.line()
        before = {name: (server.figures(), time.monotonic()) for name, server in servers.items()}
        time.sleep(seconds)
        return {name: _cost(name, server, before[name], calls) for name, server in servers.items()}


def _cost(name: str, server: ServerProgram, before: tuple[dict[str, float], float], calls: int) -> float:
    (figures, began), after, now = before, server.figures(), time.monotonic()
    if after["came"] - figures["came"] < 0.97 * calls * (now - began) / 0.2:
        sys.exit(f"{name}: too few frames came through; this machine is too busy")
    used: float = after["cpu"] - figures["cpu"]
    return 1000 * used / (calls * (now - began))


def report(costs: dict[str, list[float]]) -> Iterator[str]:
    yield "| server | ms of CPU per call-second | of the bare relay | goal |\n| --- | --- | --- | --- |"
    for kind, name in KINDS.items():
        ratio = statistics.median(own / base for own, base in zip(costs[kind], costs["bare"], strict=True))
        goal = f"≤ {GOAL}" if kind == "audiohook" else ""
        yield f"| {name} | {statistics.median(costs[kind]):.3f} | {ratio:.2f} | {goal} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    costs: dict[str, list[float]] = {kind: [] for kind in KINDS}
    wanted = {kind: (kind, OURS) for kind in KINDS}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds} …", file=sys.stderr)
        for kind, cost in costs_of(wanted, options.calls, options.seconds).items():
            costs[kind].append(cost)
    print("\n".join(report(costs)))


if __name__ == "__main__":
    main()
