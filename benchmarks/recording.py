"""What recording a call costs: the same calls on two servers in the same seconds, and one of them records.

`python benchmarks/recording.py [--calls 50] [--rounds 9] [--seconds 10] [--encrypt-to age1…]` prints a table
in Markdown. The calls are those of `watson_calls.py`, through Watson's plugins and emulators. CPU time is of
the whole process, its writing thread among it, and the ratio is taken round by round. It fails where a
recording is missing, was lost, or is shorter than the talk.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from relay import ServerProgram, running
from watson_calls import LOAD, SERVER

RECORDING = '\n[plugins.recording]\ndirectory = "recordings"\n'
A_SECOND = 2 * 8000  # bytes of both sides in mu-law
GOAL = 1.10


class Found(NamedTuple):
    """`costs`: of each round, milliseconds of CPU time for a second of one call, plain and recorded."""

    costs: list[tuple[float, float]]
    sizes: list[int]  # of the recordings, in bytes

    @property
    def ratios(self) -> list[float]:
        return [recorded / plain for plain, recorded in self.costs]


def measure(calls: int, rounds: int, seconds: float, encrypt_to: str, folder: Path) -> Found:
    with ExitStack() as stack:
        emulators = stack.enter_context(running(SERVER, "emulators", str(folder)))
        emulators.line()
        servers = []
        for name, more in (("plain", ""), ("recorded", recording(encrypt_to))):
            home = Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{name}")))
            stack.callback(shutil.rmtree, home)
            with (home / "switchhook.toml").open("a") as config:
                config.write(more)
            server = stack.enter_context(running(SERVER, "switchhook", str(home)))
            load = stack.enter_context(running(LOAD, "callers", server.line(), str(calls)))
            load.line()
            servers.append(server)
        plain, recorded = servers
        costs = [one_round(plain, recorded, calls, seconds) for _ in range(rounds)]
        sizes = [file.stat().st_size for file in home.glob("recordings/*/*.part")]  # while the calls go on
        return Found(costs, sizes)


def recording(encrypt_to: str) -> str:
    return RECORDING + (f'encrypt_to = "{encrypt_to}"\n' if encrypt_to else "")


def one_round(
    plain: ServerProgram, recorded: ServerProgram, calls: int, seconds: float
) -> tuple[float, float]:
    before = [server.figures()["cpu"] for server in (plain, recorded)]
    time.sleep(seconds)
    after = [server.figures()["cpu"] for server in (plain, recorded)]
    one, other = (1000 * (end - begin) / (calls * seconds) for begin, end in zip(before, after, strict=True))
    return one, other


def report(found: Found, calls: int) -> str:
    low, middle, high = statistics.quantiles(found.ratios, n=4)
    plain, recorded = (statistics.median(each) for each in zip(*found.costs, strict=True))
    lines = [
        "| calls | ms of CPU per call-second | recorded | ratio (quartiles) | goal |",
        "| --- | --- | --- | --- | --- |",
        f"| {calls} | {plain:.2f} | {recorded:.2f} | {middle:.3f} ({low:.3f} to {high:.3f}) | {GOAL:.2f} |",
        f"\nrecordings: {len(found.sizes)} of {calls}, {min(found.sizes, default=0):,} bytes and more",
    ]
    return "\n".join(lines)


def main(options: argparse.Namespace) -> int:
    with TemporaryDirectory(prefix="recording-") as folder:
        os.environ["TMPDIR"] = folder
        home = Path(folder) / "server"
        home.mkdir()
        found = measure(options.calls, options.rounds, options.seconds, options.encrypt_to, home)
    print(report(found, options.calls))
    least = A_SECOND * (
        options.rounds * options.seconds - 10
    )  # what is not written yet, and was not said yet
    return 0 if len(found.sizes) == options.calls and min(found.sizes) >= least else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--encrypt-to", default="")
    sys.exit(main(parser.parse_args()))
