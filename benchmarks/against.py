"""Two revisions side by side: what does a call cost this one, and what another?

`python benchmarks/against.py REVISION [--rounds 9] [--seconds 15]` prints a table in Markdown; it needs
uvloop. The other revision gets a worktree and an environment of its own in `.venv/against`, which stay for
the next time. A round is the relay of `relay.py`, then the whole calls of `watson_calls.py`. In both of
them the servers of the two revisions run in the same seconds, each a process of its own; callers,
emulators and all else that is around them are this revision's, so that both do the same. Of the ratios
within a round, the median and the quartiles are told. It fails nothing: a figure in time is judged by who
reads it.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import relay
import watson_calls
from relay import OURS, Revision, ServerProgram, running

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".venv/against"
THIS, OTHER = "this", "other"
ENOUGH = 9  # rounds
RELAY = "relay: `transport_genesys`"
WHOLE = "whole calls through the Watson plugins"

Pair = Mapping[str, Revision]
Costs = dict[str, float]  # by THIS and OTHER: milliseconds of CPU time for a second of one call


def git(*arguments: str) -> str:
    asked = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def made(commit: str) -> Revision:
    """A worktree of it, with what it needs."""
    folder = KEPT / commit[:12]
    if not folder.exists():
        git("worktree", "prune")  # `make clean` takes worktrees away without a word to git
        git("worktree", "add", "--detach", str(folder), commit)
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    make: list[str | Path] = [
        "make",
        "--no-print-directory",
        "-C",
        folder,
        f"PYTHON={sys.executable}",
        ".venv/installed",
    ]
    python, uvloop = folder / ".venv/bin/python", folder / ".venv/uvloop"
    install: list[str | Path] = [folder / ".venv/bin/uv", "pip", "install", "--quiet", "--python", python]
    for command in (make, [*install, "-c", folder / "constraints.txt", "--target", uvloop, "uvloop"]):
        subprocess.run(command, check=True, env=environ, stdout=sys.stderr)
    return Revision(folder / "benchmarks", str(python), {**environ, "PYTHONPATH": str(uvloop)})


def relayed(pair: Pair, calls: int, seconds: float) -> Costs:
    return relay.costs_of({name: ("audiohook", each) for name, each in pair.items()}, calls, seconds)


def talked(pair: Pair, calls: int, seconds: float) -> Costs:
    with TemporaryDirectory(prefix="against-") as folder, ExitStack() as stack:
        parts = {name: _begun(stack, each, calls, Path(folder, name)) for name, each in pair.items()}
        for _, load in parts.values():
            load.line()
        costs = watson_calls.costs_of({name: (server, calls) for name, (server, _) in parts.items()}, seconds)
        for name, (_, load) in parts.items():
            callers = load.figures().values()
            lost = sum(1 + each["turns"] - each["whole"] for each in callers)  # one greeting each
            if lost:
                say(f"{name}: {lost} prompts were not heard whole")
        return costs


def _begun(
    stack: ExitStack, revision: Revision, calls: int, folder: Path
) -> tuple[ServerProgram, ServerProgram]:
    """Its server, and callers who have begun to call. Emulators and callers are ours."""
    folder.mkdir()
    stack.enter_context(running(watson_calls.SERVER, "emulators", str(folder))).line()
    server = stack.enter_context(running(watson_calls.SERVER, "switchhook", str(folder), of=revision))
    load = running(watson_calls.LOAD, "callers", server.line(), str(calls))
    return server, stack.enter_context(load)


def rounds(pair: Pair, many: int, halves: Mapping[str, Callable[[Pair], Costs]]) -> dict[str, list[Costs]]:
    """Who is first in one round is last in the next. What this machine was too busy for does not count."""
    found: dict[str, list[Costs]] = {name: [] for name in halves}
    for number in range(many):
        say(f"round {number + 1} of {many} …")
        names = list(pair)[:: -1 if number % 2 else 1]
        for name, half in halves.items():
            try:
                found[name].append(half({each: pair[each] for each in names}))
            except SystemExit as reason:
                say(f"{name}: does not count: {reason}")
    return found


def report(found: Mapping[str, list[Costs]], other: str) -> Iterator[str]:
    yield f"| ms of CPU per call-second | this | {other} | ratio | its quartiles | rounds |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, costs in found.items():
        if len(costs) < 2:  # what quartiles need
            yield f"| {name} | | | | | {len(costs)} |"
            continue
        ours, theirs = (statistics.median(each[who] for each in costs) for who in (THIS, OTHER))
        ratios = [each[THIS] / each[OTHER] for each in costs]
        low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
        ratio = f"{middle:.3f} | {low:.3f} to {high:.3f} | {len(costs)}"
        yield f"| {name} | {ours:.3f} | {theirs:.3f} | {ratio} |"


def say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("revision", help="a commit, branch or tag")
    parser.add_argument("--rounds", type=int, default=ENOUGH)
    parser.add_argument("--seconds", type=float, default=15, help="that are counted in each half of a round")
    parser.add_argument("--calls", type=int, default=100, help="calls of the relay to each server")
    parser.add_argument("--talking", type=int, default=50, help="whole calls to each server")
    options = parser.parse_args()
    commit = git("rev-parse", "--verify", f"{options.revision}^{{commit}}")
    pair = {THIS: OURS, OTHER: made(commit)}
    halves: dict[str, Callable[[Pair], Costs]] = {
        RELAY: lambda each: relayed(each, options.calls, options.seconds),
        WHOLE: lambda each: talked(each, options.talking, options.seconds),
    }
    print("\n".join(report(rounds(pair, options.rounds, halves), commit[:7])))
    if options.rounds < ENOUGH:
        print(f"\nRough: of fewer than {ENOUGH} rounds.")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}")
