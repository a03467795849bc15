"""How evenly calls are spread over workers: by the kernel's own choice, and by a server that steers it.

`python benchmarks/spread.py [--rounds 10] [--stay 2]` prints a table in Markdown; ten rounds take half an
hour. The server is `switchhook serve --workers`, with engines of `reload_plugins.py`; its callers come at
random, so many a second on average, and hang up after `--stay` seconds on average. The kernel's own choice is
that among as many sockets for one port, of which nothing is told to it.
"""

from __future__ import annotations

import argparse
import random
import resource
import socket
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import anyio
from process import HOST, LOOP
from relay_load import dial
from reload import Serving
from rolling_load import Newcomer

from switchhook_audiohook.protocol import ClientSession

WORKERS = (2, 3, 4)
CALLS = (100, 300)
RATES = (20, 100)  # a second
GOAL = 0.15  # of its share
LONGEST = 3.0  # times the average that a caller stays
PATIENCE = 30.0  # seconds for a call to be answered, and to end
BEFORE = 2.0  # seconds until the server has forgotten how many came at once


class Stays(Newcomer):
    """Until he is told to hang up. `ready`: he hears the greeting."""

    def binary(self, message: bytes, /) -> None:
        self.session.receive_audio(message)
        self.ready.set()

    def hang_up(self) -> None:
        if self.end:
            sys.exit(f"a caller was not answered: {self.end}")
        self.session.close()
        self.flush()


async def call(url: str, seconds: float) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    caller = Stays(ClientSession(ids[0], time.monotonic))
    with anyio.fail_after(PATIENCE + seconds):
        async with AsyncExitStack() as stack:
            await dial(stack, url, caller, ids)
            await caller.ready.wait()
            await anyio.sleep(seconds)
            caller.hang_up()
            await caller.over.wait()


async def come(url: str, calls: int, rate: int, stay: float) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(calls):
            group.start_soon(call, url, min(random.expovariate(1 / stay), LONGEST * stay))
            await anyio.sleep(random.expovariate(rate))


def steered(workers: int, rounds: int, stay: float) -> dict[tuple[int, int], list[float]]:
    """How far the worker was off that was furthest from its share, in each round of so many calls, and so
    many a second."""
    found: dict[tuple[int, int], list[float]] = {}
    with TemporaryDirectory(prefix="spread-") as folder:
        server = Serving(Path(folder), "--workers", str(workers))
        with server.running():
            before = _started(server, workers)
            for _, (calls, rate) in product(range(rounds), product(CALLS, RATES)):
                time.sleep(BEFORE)
                anyio.run(come, server.url, calls, rate, stay, backend_options=LOOP)
                after = _started(server, workers)
                got = [now - then for now, then in zip(after, before, strict=True)]
                if sum(got) != calls:
                    sys.exit(f"expected {calls} calls, the workers have answered {got}")
                found.setdefault((calls, rate), []).append(_furthest(got))
                before = after
    return found


def _started(server: Serving, workers: int) -> list[int]:
    return [int(server.figures(f"?worker={number}")["started"]) for number in range(workers)]


def by_itself(workers: int, calls: int) -> float:
    """As above, of one round; none is accepted before all have come."""
    with ExitStack() as stack:
        first = stack.enter_context(_listener(0))
        port = first.getsockname()[1]
        sockets = [first, *(stack.enter_context(_listener(port)) for _ in range(workers - 1))]
        for _ in range(calls):
            stack.enter_context(socket.create_connection((HOST, port)))
        return _furthest([_waiting(each, stack) for each in sockets])


def _listener(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind((HOST, port))
    made.listen(2 * max(CALLS))
    made.setblocking(False)
    return made


def _waiting(listener: socket.socket, stack: ExitStack) -> int:
    count = 0
    while True:
        try:
            stack.enter_context(listener.accept()[0])
        except BlockingIOError:
            return count
        count += 1


def _furthest(counts: list[int]) -> float:
    share = sum(counts) / len(counts)
    return max(abs(each - share) / share for each in counts)


def report(rounds: int, stay: float) -> Iterator[str]:
    yield "| workers | calls | the kernel by itself | steered, 20 a second | steered, 100 a second |"
    yield "| --- | --- | --- | --- | --- |"
    for workers in WORKERS:
        found = steered(workers, rounds, stay)
        for calls in CALLS:
            alone = [by_itself(workers, calls) for _ in range(rounds)]
            cells = " | ".join(_said(each) for each in (alone, *(found[calls, rate] for rate in RATES)))
            yield f"| {workers} | {calls} | {cells} |"


def _said(off: list[float]) -> str:
    within = sum(each <= GOAL for each in off)
    return f"{median(off):.0%}, {max(off):.0%} at worst; {within} of {len(off)} rounds within 15 %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--stay", type=float, default=2.0, help="seconds, on average")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for line in report(options.rounds, options.stay):
        print(line, flush=True)


if __name__ == "__main__":
    main()
