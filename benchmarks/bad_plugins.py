"""Six bad plugins beside good calls: is a frame lost, and what does it cost the others?

`python benchmarks/bad_plugins.py [--calls 50] [--seconds 30]` prints a table in Markdown. The calls are those
of `watson_calls.py`, through Watson's plugins and emulators; six more callers each meet a plugin that
misbehaves in every response: it raises, waits for ever, gives a million actions, makes a million of one,
leaks, or blocks the thread for a tenth of a second. Every word of the good calls is followed to the assistant
and back, and every answer has to come whole. The same calls without the six run before, for comparison.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bad_plugins_six import SIX
from relay import running
from watson_calls import LOAD, SERVER, recorded
from watson_calls_engines import VARIABLE, text


class Found(NamedTuple):
    """`good`: what the good callers said and heard, by number; `told`: to the assistant."""

    good: dict[str, dict[str, Any]]
    told: dict[str, list[str]]
    records: list[dict[str, Any]]
    cpu: float  # milliseconds for a second of one call

    @property
    def right(self) -> int:
        said = ((who, text(each["spoken"])) for who, each in self.good.items())
        return sum(words == " ".join(self.told.get(who, ())) != "" for who, words in said)

    @property
    def whole(self) -> tuple[int, int]:
        """Prompts that were heard from end to end, and those that were due."""
        turns = sum(each["turns"] for each in self.good.values())
        return sum(each["whole"] for each in self.good.values()), turns + len(self.good)

    @property
    def gaps(self) -> float:
        """Seconds of sound of good callers that never came."""
        gaps = [float(record["gaps"]) for record in self.records if _who(record) in self.good]
        return sum(gaps) if len(gaps) == len(self.good) else float("inf")  # a record is missing

    @property
    def held(self) -> bool:
        return self.right == len(self.good) and self.whole[0] == self.whole[1] and not self.gaps

    @property
    def waits(self) -> list[float]:
        return [wait for each in self.good.values() for wait in each["waits"]]


def _who(record: dict[str, Any]) -> str:
    return str(record["input_variables"].get(VARIABLE, ""))


def measure(calls: int, bad: int, seconds: float, folder: Path) -> Found:
    with ExitStack() as stack:
        emulators = stack.enter_context(running(SERVER, "emulators", str(folder)))
        emulators.line()
        config = folder / "switchhook.toml"  # who called is to be seen in the records
        config.write_text(config.read_text().replace("[records]", 'unmask = ["variables"]\n[records]'))
        kind = ("bad", str(calls)) if bad else ("switchhook",)
        server = stack.enter_context(running(SERVER, *kind, str(folder)))
        load = stack.enter_context(running(LOAD, "callers", server.line(), str(calls + bad)))
        load.line()
        before = server.figures()["cpu"]
        time.sleep(seconds)
        cpu = 1000 * (server.figures()["cpu"] - before) / (seconds * (calls + bad))
        callers = load.figures()
        good = {who: each for who, each in callers.items() if int(who) < calls}
        records = recorded(folder / "records", calls + bad)
        return Found(good, emulators.figures()["told"], records, cpu)


def report(found: dict[str, Found]) -> Iterator[str]:
    yield "| good calls | every word | answers whole | sound lost | last word to first sound | CPU |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, each in found.items():
        whole, due = each.whole
        waits = f"{statistics.median(each.waits):.2f} s, {max(each.waits):.2f} s at most"
        right = f"{each.right} of {len(each.good)}"
        yield f"| {name} | {right} | {whole} of {due} | {each.gaps:g} s | {waits} | {each.cpu:.2f} ms |"
    faults = Counter(fault["source"] for record in each.records for fault in record["faults"])
    yield "\nfaults in the records: " + ", ".join(
        f"{source} {many}" for source, many in sorted(faults.items())
    )


def main(calls: int, seconds: float) -> int:
    found = {}
    for name, bad in (("alone", 0), (f"beside {len(SIX)} bad plugins", len(SIX))):
        with TemporaryDirectory(prefix="bad-plugins-") as folder:
            os.environ["TMPDIR"] = folder
            found[name] = measure(calls, bad, seconds, Path(folder))
    print("\n".join(report(found)))
    return 0 if all(each.held for each in found.values()) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    sys.exit(main(options.calls, options.seconds))
