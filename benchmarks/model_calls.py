"""Whole calls with a chat model, beside the same calls with Watson's assistant: is a word lost, what does a
call cost, and how long does a caller wait?

`python benchmarks/model_calls.py [--calls 200] [--seconds 30]` prints a table in Markdown. Both servers hear
and speak through emulators of Watson's services, as in `watson_calls.py`; one asks a model whose first token
comes after 300 ms and then 50 a second, the other an assistant that answers at once. Callers of both talk in
the same seconds. Of what a caller waits, 0.6 s are the silence that ends an utterance, and 0.46 s the model's
until its first sentence of eight tokens has come and the ninth says that it is one; the rest is ours.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from model_calls_server import FIRST, NEXT
from relay import ServerProgram, running
from watson_calls import FILES, LOAD, SLACK, Found, costs_of, recorded
from watson_calls import SERVER as WATSON

MODEL = "model_calls_server.py"
ENDPOINT = 0.6  # seconds of silence that end an utterance
SENTENCE = FIRST + 8 * NEXT  # seconds until the ninth token has come
NAMES = {
    "watson": "`assistant_watson`, which is answered at once",
    "model": "`assistant_openai`, whose model takes its time",
}
WAITS = "waits: p50, p99", "ours of it"
Started = tuple[ServerProgram, ServerProgram, ServerProgram]  # what keeps the words, the server, its callers


def started(stack: ExitStack, kind: str, calls: int, folder: Path) -> Started:
    folder.mkdir()
    keeping = stack.enter_context(running(WATSON, "emulators", str(folder)))
    keeping.line()
    if kind == "model":
        keeping = stack.enter_context(running(MODEL, "model", str(folder)))
        keeping.line()
    script = MODEL if kind == "model" else WATSON
    server = stack.enter_context(running(script, "switchhook", str(folder)))
    load = stack.enter_context(running(LOAD, "callers", server.line(), str(calls)))
    return keeping, server, load


def measure(calls: int, seconds: float, folder: Path) -> dict[str, Found]:
    with ExitStack() as stack:
        parts = {kind: started(stack, kind, calls, folder / kind) for kind in NAMES}
        for _, _, load in parts.values():
            load.line()
        costs = costs_of({kind: (server, calls) for kind, (_, server, _) in parts.items()}, seconds)
        found = {}
        for kind, (keeping, _, load) in parts.items():
            callers = load.figures()
            records = recorded(folder / kind / "records", calls)
            found[kind] = Found({kind: costs[kind]}, (0, 0), callers, keeping.figures(), records)
        return found


def report(found: dict[str, Found]) -> Iterator[str]:
    heads = ("assistant", "calls", "ms of CPU per call-second", "of Watson's", "every word", *WAITS)
    yield f"| {' | '.join(heads)} |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for kind, each in found.items():
        calls, cost = len(each.callers), each.costs[kind]
        waits = [wait for caller in each.callers.values() for wait in caller["waits"]]
        share = [wait - ENDPOINT - (SENTENCE if kind == "model" else 0) for wait in waits]
        times = cost / found["watson"].costs["watson"]
        row = f"{calls} | {cost:.2f} | {times:.2f} | {each.right} of {calls}"
        yield f"| {NAMES[kind]} | {row} | {_both(waits)} | {_both(share)} |"
    for kind, each in found.items():
        faults = sum(len(record.get("faults", ())) for record in each.records)
        whole = f"{each.total('whole'):,} of {each.prompts:,} prompts were heard whole"
        yield f"\n{kind}: {each.words:,} words in {each.total('turns'):,} turns; {whole}; {faults} faults"


def _both(seconds: list[float]) -> str:
    """Median and 99th percentile."""
    if len(seconds) < 2:
        return "-"
    return f"{statistics.median(seconds):.3f}, {statistics.quantiles(seconds, n=100)[-1]:.3f} s"


def main(calls: int, seconds: float) -> int:
    def give_up(_signal: int, _frame: FrameType | None) -> None:
        sys.exit("not done in time")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(round(seconds) + SLACK)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, FILES) if most > 0 else FILES, most))
    with TemporaryDirectory(prefix="model-calls-") as folder:
        os.environ["TMPDIR"] = folder  # the parts are killed at the end, and leave their files behind
        found = measure(calls, seconds, Path(folder))
    print("\n".join(report(found)))
    for kind, each in found.items():
        for who, caller in each.callers.items():
            if caller["problem"]:
                print(f"{kind}, caller {who}: {caller['problem']}", file=sys.stderr)
    return (
        0
        if all(each.right == calls and each.total("whole") == each.prompts for each in found.values())
        else 1
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    sys.exit(main(options.calls, options.seconds))
