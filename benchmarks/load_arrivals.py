"""How soon callers are answered and greeted who come by the hundred a second.

`python benchmarks/load_arrivals.py` has callers converse with a server as in `load.py`, and beside them
others come, who hang up when the greeting sounds. The assistant answers at once, and the greeting is in the
cache, so what is waited for is the server's own. `--json FILE` keeps all figures.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import load_report
from load import ENVIRON, SETTLING, Figures, certify, loaded, open_files
from process import percentile
from relay import running

AT_ONCE = ("0.3", "0", "0.2")  # seconds: a final, an answer, a voice's first byte
GOAL = 50  # ms, of 99 in 100


def arrive(kind: str, calls: int, rate: float, seconds: float) -> Figures:
    many = round(rate * seconds)
    with TemporaryDirectory(prefix="load-") as name, ExitStack() as stack:
        folder = Path(name)
        certify(folder)
        load = stack.enter_context(loaded(kind, calls, folder, 4.0, AT_ONCE))
        load.callers.line()
        time.sleep(SETTLING)
        before = load.figures()["server"]
        began = time.monotonic()
        visitors = stack.enter_context(
            running("load_callers.py", "visiting", load.url, str(many), str(seconds))
        )
        visitors.line()  # when the last has come
        after, elapsed = load.figures()["server"], time.monotonic() - began
        time.sleep(SETTLING)
        came = visitors.figures()
    own = {"late": after["late_p99"], "core": (after["cpu"] - before["cpu"]) / elapsed}
    return {"calls": calls, "rate": rate, "many": many, "server": own, "visitors": came}


def told(found: Figures) -> Iterator[str]:
    came, own = found["visitors"], found["server"]
    yield f"| {found['rate']:g} callers a second beside {found['calls']} | p50 | p99 | worst | goal, p99 |"
    yield "| --- | --- | --- | --- | --- |"
    for name in ("opening", "greeting"):
        times = [1000 * each for each in came[name]]
        shown = " | ".join(f"{percentile(times, each):.1f} ms" for each in (0.5, 0.99, 1.0)) if times else "-"
        yield f"| {load_report.DELAYS[name]} | {shown} | ≤ {GOAL} ms |"
    yield ""
    yield (
        f"Of {found['many']}, {len(came['opening'])} were answered, {len(came['greeting'])} greeted, "
        f"{came['refused']} given back; {len(came['errors'])} errors. "
        f"The server had {own['core']:.2f} of a core; its event loop was late by {1000 * own['late']:.1f} ms "
        f"(p99), and that of those who came by {1000 * came['late']:.1f} ms."
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=float, default=100, help="callers a second")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--calls", type=int, default=50, help="that converse meanwhile")
    parser.add_argument("--kind", choices=["talking"], default="talking")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    open_files()
    os.environ.update(ENVIRON)
    found = arrive(options.kind, options.calls, options.rate, options.seconds)
    machine = load_report.machine()
    print("\n".join([*told(found), "", load_report.machine_line(machine)]))
    if options.json:
        options.json.write_text(json.dumps({**found, "machine": machine}, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
