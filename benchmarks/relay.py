"""What a call-second costs: each caller's audio relayed to a second WebSocket, by four servers in turn.

`python benchmarks/relay.py [--calls 100] [--seconds 15] [--rounds 3]` prints a table in Markdown; it needs
uvloop. Server, callers and the second WebSocket are processes of their own on this one machine. The cost is
the server's CPU time while every caller streams 200 ms of PCMU at a time, in real time; the ratio is the
median of the ratios within each round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).parent
KINDS = {
    "bare": "a bare relay on `websockets`' asyncio layer",
    "parser": "our sockets without the shortcut, no AudioHook",
    "sockets": "our sockets, no AudioHook",
    "audiohook": "`transport_genesys`: signed upgrade, session, limits, leg",
}
GOAL = 0.7


class Program:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def line(self) -> str:
        """The next that it prints."""
        assert self._process.stdout is not None
        if line := self._process.stdout.readline():
            return line.strip()
        return sys.exit("a part of the benchmark has ended early")

    def figures(self) -> dict[str, float]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        figures: dict[str, float] = json.loads(self.line())
        return figures


@contextmanager
def running(script: str, *arguments: str) -> Iterator[Program]:
    process = subprocess.Popen(
        [sys.executable, HERE / script, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Program(process)
    finally:
        process.kill()
        process.communicate()


def cost(kind: str, calls: int, seconds: float) -> float:
    """Milliseconds of CPU time for a second of one call."""
    with ExitStack() as stack:
        second = stack.enter_context(running("relay_server.py", "second"))
        server = stack.enter_context(running("relay_server.py", kind, second.line()))
        load = stack.enter_context(running("relay_load.py", kind, server.line(), str(calls)))
        load.line()
        before, arrived, began = server.figures(), second.figures(), time.monotonic()
        time.sleep(seconds)
        after, arrived_after, took = server.figures(), second.figures(), time.monotonic() - began
    expected = calls * took / 0.2
    if arrived_after["came"] - arrived["came"] < 0.98 * expected:
        sys.exit(f"{kind}: too few frames came through; this machine is too busy")
    return 1000 * (after["cpu"] - before["cpu"]) / (calls * took)


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
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    costs: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(options.rounds):
        for kind in list(KINDS)[:: -1 if number % 2 else 1]:  # the machine's mood should favour nobody
            print(f"round {number + 1}: {kind} …", file=sys.stderr)
            costs[kind].append(cost(kind, options.calls, options.seconds))
    print("\n".join(report(costs)))


if __name__ == "__main__":
    main()
