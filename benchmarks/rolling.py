"""Several workers that are restarted under live calls: is a caller dropped, refused or cut off?

`python benchmarks/rolling.py [--calls 100] [--workers 3] [--rate 30] [--seconds 30]` prints a table in
Markdown. Twice, a server of its own has live calls whose every word comes back to them (`watson_calls.py`),
while others come all the time (`rolling_load.py`): once it is sent SIGHUP, with another engine in its file;
once SIGUSR2, with another version of Switchhook installed over the one that runs. Calls that are live then
talk on until all newcomers have been with what is new for a while.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from relay import HERE, ServerProgram, running
from reload import LOAD, PATIENCE, Serving
from rolling_load import ANSWERED

CORE = HERE.parent / "core"
TOOK_OVER = r"SIGUSR2: process (\d+) takes the calls"
EVEN = 15  # percent that a worker may have more or less than its share


class Found(NamedTuple):
    """`shares`: calls that each worker has answered; `lost`: live calls that ended before they were to."""

    live: int
    lost: int
    whole: int
    due: int
    came: dict[str, int]
    shares: list[int]
    served: str

    @property
    def uneven(self) -> float:
        """By how many percent of its share a worker is off, at most."""
        share = sum(self.shares) / len(self.shares) or 1.0
        return 100 * max(abs(each - share) for each in self.shares) / share

    @property
    def problems(self) -> int:
        return self.lost + sum(count for end, count in self.came.items() if end != ANSWERED)


class Rolling(Serving):
    """`switchhook serve --workers`, from a wheel that can be replaced."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._target = folder / "installed"
        super().__init__(folder, "--workers", str(workers), path=[self._target])
        self._workers = workers
        self._wheels = folder / "wheels"
        self._successor = 0

    def install(self, more: int) -> None:
        """A wheel of this checkout, with that added to its version, in place of what is there."""
        copy = self._wheels / str(more)
        shutil.copytree(CORE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        file = copy / "pyproject.toml"
        text = file.read_text()
        [(start, last)] = re.findall(r'^version = "(.*\.)(\d+)"$', text, re.MULTILINE)
        was, now = (f'version = "{start}{number}"' for number in (last, int(last) + more))
        file.write_text(text.replace(was, now, 1))
        _run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", cwd=copy)
        (wheel,) = (copy / "dist").glob("*.whl")
        uv = (Path(sys.executable).parent / "uv", "pip", "install", "--quiet", "--no-deps", "--reinstall")
        _run(*uv, "--python", sys.executable, "--target", self._target, wheel, cwd=copy)

    def another_engine(self) -> str:
        self.write(1, engine="another")
        self.signal(signal.SIGHUP)
        self.until(lambda: self.log().count(" is applied after ") == self._workers)
        return f"{self._workers} workers have applied the file"

    def another_version(self) -> str:
        self.install(1)
        self.signal(signal.SIGUSR2)
        self.until(lambda: bool(re.search(TOOK_OVER, self.log())))
        self._successor = int(re.findall(TOOK_OVER, self.log())[-1])
        return f"switchhook {self.worker(0)['version']} serves"

    def worker(self, number: int) -> dict[str, Any]:
        return self.figures(f"?worker={number}")

    def started(self) -> list[int]:
        """By each worker that there is now."""
        return [self.worker(number)["started"] for number in range(self._workers)]

    def ended(self) -> bool:
        return not self._successor or self.status() is not None

    @contextmanager
    def succeeded(self) -> Iterator[None]:
        """Whoever has taken over is ended too."""
        try:
            yield
        finally:
            if self._successor:
                os.kill(self._successor, signal.SIGINT)
                until = time.monotonic() + PATIENCE
                while Path(f"/proc/{self._successor}/exe").exists() and time.monotonic() < until:
                    time.sleep(0.05)


def _run(*command: str | Path, cwd: Path) -> None:
    done = subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def measure(
    folder: Path, options: argparse.Namespace, restart: Callable[[Rolling], str], *, is_new: bool
) -> Found:
    """`is_new`: other processes serve then, which have answered only those who came to them."""
    server = Rolling(folder, options.workers)
    server.install(0)
    with ExitStack() as stack:
        stack.enter_context(server.succeeded())
        stack.enter_context(server.running())
        live = stack.enter_context(running(LOAD, "callers", server.url, str(options.calls)))
        live.line()
        coming = stack.enter_context(running("rolling_load.py", server.url, str(options.rate)))
        time.sleep(2)
        before = [0] * options.workers if is_new else server.started()
        served = restart(server)
        time.sleep(options.seconds)
        shares = [now - then for now, then in zip(server.started(), before, strict=True)]
        talked = list(live.figures().values())
        server.until(server.ended)
        came = _counted(coming)
    lost = sum(bool(each["problem"]) for each in talked)
    whole, due = sum(each["whole"] for each in talked), sum(each["turns"] + 1 for each in talked)
    return Found(len(talked), lost, whole, due, came, shares, served)


def _counted(coming: ServerProgram) -> dict[str, int]:
    return {end: int(count) for end, count in coming.figures().items()}


def report(found: dict[str, Found]) -> Iterator[str]:
    yield "| restart | live calls | dropped | answers heard whole | came | " + " | ".join([*ENDS, "spread |"])
    yield "| --- " * 9 + "|"
    for name, each in found.items():
        counts = [sum(n for end, n in each.came.items() if end.startswith(kind)) for kind in ENDS]
        words = f"{each.live} | {each.lost} | {each.whole:,} of {each.due:,} | {sum(each.came.values()):,}"
        spread = f"{', '.join(map(str, each.shares))}: within {each.uneven:.0f} %"
        yield f"| {name} | {words} | {' | '.join(map(str, counts))} | {spread} |"
    yield ""
    for name, each in found.items():
        yield f"{name}: {each.served}"
        yield from (f"- {count} times {end}" for end, count in each.came.items() if end != ANSWERED)


ENDS = ("refused", "given back", "reset")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    found = dict[str, Found]()
    with TemporaryDirectory(prefix="rolling-") as folder:
        ways = {
            "SIGHUP, another engine": (Rolling.another_engine, False),
            "SIGUSR2, another version": (Rolling.another_version, True),
        }
        for number, (name, (restart, is_new)) in enumerate(ways.items()):
            found[name] = measure(Path(folder) / str(number), options, restart, is_new=is_new)
    print("\n".join(report(found)))
    return 1 if any(each.problems for each in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
