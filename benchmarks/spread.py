"""How evenly the kernel spreads calls over workers, each of which has a socket of its own for the same port.

`python benchmarks/spread.py` connects so often to so many sockets, and accepts on none before all have come.
"""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack
from itertools import product
from statistics import median

HOST = "127.0.0.1"
WORKERS = (2, 3, 4)
CALLS = (100, 300, 1000)
ROUNDS = 40
GOAL = 0.15  # of its share


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print("| workers | calls | the one furthest from its share, median | at worst | rounds within 15 % |")
    print("| --- | --- | --- | --- | --- |")
    for workers, calls in product(WORKERS, CALLS):
        off = [_furthest(_spread(workers, calls)) for _ in range(ROUNDS)]
        within = sum(each <= GOAL for each in off)
        print(f"| {workers} | {calls} | {median(off):.0%} | {max(off):.0%} | {within} of {ROUNDS} |")


def _spread(workers: int, calls: int) -> list[int]:
    with ExitStack() as stack:
        first = stack.enter_context(_listener(0))
        port = first.getsockname()[1]
        sockets = [first, *(stack.enter_context(_listener(port)) for _ in range(workers - 1))]
        for _ in range(calls):
            stack.enter_context(socket.create_connection((HOST, port)))
        return [_waiting(each, stack) for each in sockets]


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


if __name__ == "__main__":
    main()
