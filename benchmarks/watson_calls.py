"""Whole calls through the Watson plugins: is a word lost, and what does a call cost beside a bare relay?

`python benchmarks/watson_calls.py [--calls 200] [--bare 200] [--seconds 30]` prints a table in Markdown, on
uvloop where it is installed. Callers speak AudioHook to a server as `switchhook serve` has it, which hears,
thinks and speaks through the emulators of Watson's services, over TLS and with tokens; behind these are
engines that hear a word in every 200 ms of sound and answer each utterance with an echo of it. So every word
can be followed to the assistant, and back into the ear of the caller who said it. A bare relay runs in the
same seconds: it only takes its callers' audio and sends it to a second WebSocket, without TLS. Each part is a
process of its own on this machine; CPU time is counted while all calls talk.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, NamedTuple

from relay import ServerProgram, running
from watson_calls_engines import text

SERVER, LOAD = "watson_calls_server.py", "watson_calls_load.py"
FILES = 10_000  # open ones, in one process
SLACK = 120  # seconds beside those of talking, after which something hangs
NAMES = {
    "bare": "a bare relay on `websockets`' asyncio layer",
    "switchhook": "whole calls: `transport_genesys`, `assistant_watson`, `stt_watson`, `tts_watson`",
    "emulators": "the emulators, for information",
}


class Found(NamedTuple):
    costs: dict[str, float]  # milliseconds of CPU time for a second of one call, by server
    threads: tuple[int, int]  # of the server before and during the calls
    callers: dict[str, dict[str, Any]]  # what each said and heard, by number
    emulators: dict[str, Any]
    records: list[dict[str, Any]]  # of the server

    @property
    def right(self) -> int:
        """Calls whose every word was told to the assistant, once and in order."""
        told = self.emulators["told"]
        return sum(
            text(each["spoken"]) == " ".join(told.get(who, ())) != "" for who, each in self.callers.items()
        )

    @property
    def words(self) -> int:
        return sum(len(each["spoken"]) for each in self.callers.values())

    def total(self, name: str) -> int:
        return sum(each[name] for each in self.callers.values())

    @property
    def prompts(self) -> int:
        """Those that were due: greetings and answers."""
        return self.total("turns") + len(self.callers)


def measure(calls: int, bare: int, seconds: float, folder: Path) -> Found:
    with ExitStack() as stack:
        emulators = stack.enter_context(running(SERVER, "emulators", str(folder)))
        emulators.line()
        server = stack.enter_context(running(SERVER, "switchhook", str(folder)))
        url = server.line()
        before = server.figures()["threads"]
        second = stack.enter_context(running(SERVER, "second"))
        relay = stack.enter_context(running(SERVER, "bare", second.line()))
        loads = [stack.enter_context(running(LOAD, "bare", relay.line(), str(bare)))]
        loads.append(stack.enter_context(running(LOAD, "callers", url, str(calls))))
        for load in loads:
            load.line()
        servers = {"bare": (relay, bare), "switchhook": (server, calls), "emulators": (emulators, calls)}
        costs = costs_of(servers, seconds)
        during = server.figures()["threads"]
        callers = loads[1].figures()
        records = recorded(folder / "records", calls)
        return Found(costs, (before, during), callers, emulators.figures(), records)


def costs_of(servers: dict[str, tuple[ServerProgram, int]], seconds: float) -> dict[str, float]:
    began = {kind: (program.figures(), time.monotonic()) for kind, (program, _) in servers.items()}
    time.sleep(seconds)
    costs = {}
    for kind, (program, calls) in servers.items():
        (before, since), after, now = began[kind], program.figures(), time.monotonic()
        costs[kind] = 1000 * (after["cpu"] - before["cpu"]) / (calls * (now - since))
        if kind == "bare" and after["came"] - before["came"] < 0.97 * calls * (now - since) / 0.2:
            sys.exit("too few frames came through the bare relay; this machine is too busy")
    return costs


def recorded(folder: Path, calls: int) -> list[dict[str, Any]]:
    """A record is written when its call has been cleared away, which may be after the caller has gone."""
    lines: list[str] = []
    for _ in range(100):
        lines = [line for file in folder.glob("calls-*.jsonl") for line in file.read_text().splitlines()]
        if len(lines) >= calls:
            break
        time.sleep(0.1)
    return [json.loads(line) for line in lines]


def report(found: Found, bare: int) -> Iterator[str]:
    calls, words = len(found.callers), f"{found.right} of {len(found.callers)}"
    yield "| server | calls | ms of CPU per call-second | of the bare relay | every word |"
    yield "| --- | --- | --- | --- | --- |"
    for kind, name in NAMES.items():
        many, right = bare if kind == "bare" else calls, words if kind == "switchhook" else ""
        cost = found.costs[kind]
        yield f"| {name} | {many} | {cost:.2f} | {cost / found.costs['bare']:.1f} | {right} |"
    yield f"\nevery word: {words} calls; {found.words:,} words in {found.total('turns'):,} turns"
    yield from details(found)


def details(found: Found) -> Iterator[str]:
    prompts = f"{found.total('whole'):,} of {found.prompts:,} (greetings and answers)"
    yield f"heard whole: {prompts}, {found.total('fillers')} of them after a waiting text"
    yield f"texts that the voice was asked for: {found.emulators['made']:,}; the rest came from the cache"
    if waits := [wait for each in found.callers.values() for wait in each["waits"]]:
        times = f"{statistics.median(waits):.2f} s (median), {max(waits):.2f} s at most"
        yield f"from the last word to the first sound, with 0.6 s of silence that end an utterance: {times}"
    yield f"threads of the server: {found.threads[0]} before, {found.threads[1]} during the calls"
    faults = sum(len(record.get("faults", ())) for record in found.records)
    silences = found.emulators["silences"]
    yield f"call records: {len(found.records)}; faults in them: {faults}; turns of silence: {silences}"


def main(calls: int, bare: int, seconds: float) -> int:
    def give_up(_signal: int, _frame: FrameType | None) -> None:
        sys.exit("not done in time")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(round(seconds) + SLACK)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILES) if most > 0 else FILES, most))
    with TemporaryDirectory(prefix="watson-calls-") as folder:
        os.environ["TMPDIR"] = folder  # the parts are killed at the end, and leave their files behind
        found = measure(calls, bare, seconds, Path(folder))
    print("\n".join(report(found, bare)))
    for who, each in found.callers.items():
        if each["problem"]:
            print(f"caller {who}: {each['problem']}", file=sys.stderr)
    return 0 if found.right == calls and found.total("whole") == found.prompts else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--bare", type=int, help="calls of the bare relay; by default as many")
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    sys.exit(main(options.calls, options.bare or options.calls, options.seconds))
