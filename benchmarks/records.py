"""What do records cost a call: the spool that each one grows in, and the file that it ends in?

`python benchmarks/records.py [--calls 50] [--rounds 9]` prints one line. Two servers, one that keeps records
and one that keeps none, answer the same calls at the same time: callers of `watson_calls.py`, engines in
memory. What is compared is the processor time of both processes, from the first word to the last.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import reload
from relay import running

RECORDS = '[records]\ndirectory = "records"\n'
TALK = 24.0  # seconds that calls go on once all of them have begun
TICKS = os.sysconf("SC_CLK_TCK")


class Server(reload.Serving):
    """`records`: whether it keeps any."""

    def __init__(self, folder: Path, *, records: bool) -> None:
        folder.mkdir()
        super().__init__(folder)
        self._records = records

    def write(self, number: int, more: str = "", engine: str = "reload") -> None:
        super().write(number, more, engine)
        if not self._records:
            self._file.write_text(self._file.read_text().replace(RECORDS, ""))

    def processor_time(self) -> float:
        """Seconds, of all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def one_round(calls: int, folder: Path) -> float:
    """How much more the server takes that keeps records, as a share."""
    servers = [Server(folder / name, records=name == "kept") for name in ("kept", "none")]
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server.running())
        before = [server.processor_time() for server in servers]
        loads = [
            stack.enter_context(running(reload.LOAD, "callers", each.url, str(calls))) for each in servers
        ]
        for load in loads:
            load.line()
        time.sleep(TALK)
        lost = [each for load in loads for each in load.figures().values() if each["problem"]]
        time.sleep(1.0)  # the last records are on their way
        kept, none = (server.processor_time() - at for server, at in zip(servers, before, strict=True))
        print(f"{kept:.2f} s of processor time, and {none:.2f} s without", file=sys.stderr)
    if lost:
        sys.exit(f"{len(lost)} calls were lost")
    return kept / none - 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    found = []
    for number in range(options.rounds):
        with TemporaryDirectory(prefix="records-") as folder:
            found.append(one_round(options.calls, Path(folder)))
        print(f"round {number + 1}: {found[-1]:+.1%}", file=sys.stderr)
    low, middle, high = statistics.quantiles(found, n=4) if len(found) > 1 else found * 3
    print(f"keeping records costs a call {middle:+.1%} ({low:+.1%} to {high:+.1%})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
