"""Start-up times, and live calls on the offline engines: the figures of docs/benchmarks.md.

`python benchmarks/measure.py [--calls 20]` prints them as a table in Markdown. Callers and server run on this
one machine, in processes of their own.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
CLIPS = ROOT / "tests/data/speech/human"
CONFIG = ROOT / "demo/switchhook.toml"
PATH = "2f6b1f0e-1d0a-4c51-8f0e-5a1b2c3d4e5f/connect?version=2024-08-25"
SCRIPT = ["--wav", CLIPS / "info_last_call.wav", "--dtmf", "1", "--wav", CLIPS / "pin_4242.wav"]
RUNS = 7


@dataclass
class Running:
    """A server process; its figures come when it has ended."""

    process: subprocess.Popen[str]
    log: Path
    records: Path
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def url(self) -> str:
        for line in self.log.read_text().splitlines():
            if line.startswith("listening on "):
                return line.split()[-1]
        return ""

    @property
    def loading(self) -> float:
        """Seconds that the models took."""
        line = next(line for line in self.log.read_text().splitlines() if "engines ready" in line)
        return float(line.split("engines ready after ")[1].split()[0])

    def wait_until_ready(self) -> float:
        began = time.monotonic()
        while not self.url:
            if self.process.poll() is not None:
                sys.exit(self.log.read_text())
            time.sleep(0.005)
        return time.monotonic() - began


@contextmanager
def server(secret: str, script: str = "benchmarks/server.py") -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as folder:
        log, records = Path(folder) / "log", Path(folder) / "records"
        environ = {**os.environ, "DEMO_CLIENT_SECRET": secret, "SWITCHHOOK_RECORDS__DIRECTORY": str(records)}
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, ROOT / script, CONFIG],
                env=environ,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
            running = Running(process, log, records)
            try:
                yield running
            finally:
                process.send_signal(signal.SIGINT)
                printed = process.communicate()[0]
                running.figures = json.loads(printed) if printed else {}


def start_up() -> dict[str, float]:
    """Medians, in seconds."""
    helps = []
    for _ in range(RUNS):
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "switchhook", "--help"], check=True, stdout=subprocess.DEVNULL)
        helps.append(time.monotonic() - began)
    rest, loading = [], []
    for _ in range(3):
        with server(_secret()) as running:
            total = running.wait_until_ready()
            loading.append(running.loading)
            rest.append(total - running.loading)
    return {
        "help": statistics.median(helps),
        "listening": statistics.median(rest),
        "models": statistics.median(loading),
    }


def calls(count: int) -> dict[str, float]:
    secret = _secret()
    with server(secret) as running, tempfile.TemporaryDirectory() as folder:
        running.wait_until_ready()
        key = Path(folder) / "secret"
        key.write_text(secret)
        command = [sys.executable, "-m", "switchhook", "dial", running.url.rstrip("/") + "/" + PATH]
        command += ["--api-key", "demo-key", "--client-secret", f"@{key}", "--calls", str(count), "--json"]
        command += [
            "--var",
            "user_name=Kim",
            "--timeout",
            "90",
            "--output",
            str(Path(folder) / "dialled"),
            *map(str, SCRIPT),
        ]
        before = os.times()
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        after = os.times()
        if done.returncode:  # a call that did not end as planned is counted as not completed
            print(done.stderr, file=sys.stderr)
        lines = [line for file in running.records.glob("calls-*") for line in file.read_text().splitlines()]
    records = [json.loads(line) for line in lines]
    dialled = (after.children_user + after.children_system) - (before.children_user + before.children_system)
    return {
        "calls": count,
        **running.figures,
        "caller_cpu": dialled,
        "call_seconds": sum(record["seconds"] for record in records),
        **_latencies(records),
    }


def _latencies(records: list[dict[str, Any]]) -> dict[str, float]:
    turns = [turn for record in records for turn in record["turns"] if turn["kind"] == "speech"]
    final = sorted(turn["latency"]["recognition"] for turn in turns if "recognition" in turn["latency"])
    total = sorted(turn["latency"]["total"] for turn in turns if "total" in turn["latency"])
    return {
        "final_p50": _rank(final, 0.5),
        "final_p90": _rank(final, 0.9),
        "total_p50": _rank(total, 0.5),
        "total_p90": _rank(total, 0.9),
        "completed": sum(record["outcome"] == "completed" for record in records),
    }


def _rank(values: list[float], rank: float) -> float:
    return values[min(len(values) - 1, int(rank * len(values)))] if values else float("nan")


def _secret() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def report(start: dict[str, float], one: dict[str, float], many: dict[str, float]) -> Iterator[str]:
    count = int(many["calls"])
    further = (many["peak_mb"] - one["peak_mb"]) / (count - 1)
    yield "| what | measured | goal |\n| --- | --- | --- |"
    yield f"| `switchhook --help` | {start['help']:.2f} s | ≤ 0.15 s |"
    yield f"| `serve` to listening, without the models | {start['listening']:.2f} s | ≤ 0.8 s |"
    yield f"| loading the models | {start['models']:.2f} s | |"
    yield f"| one call: end of speech to first sound, p50 | {one['total_p50']:.2f} s | ≤ 1.1 s |"
    for name, key, goal in (
        ("event loop late, p99", "late_p99", "≤ 0.050 s"),
        ("event loop late, worst", "late_max", ""),
        ("end of speech to final result, p50", "final_p50", ""),
        ("end of speech to final result, p90", "final_p90", "≤ 1.2 s"),
        ("end of speech to first sound, p90", "total_p90", ""),
    ):
        yield f"| {count} calls: {name} | {many[key]:.3f} s | {goal} |"
    yield f"| {count} calls: completed | {many['completed']:.0f} | {count} |"
    for who, key in (("server", "cpu"), ("callers", "caller_cpu")):
        cost = 1000 * many[key] / many["call_seconds"]
        yield f"| {count} calls: {who}, CPU per call-second | {cost:.1f} ms | |"
    yield f"| server, peak memory with one call | {one['peak_mb']:.0f} MB | |"
    yield f"| memory per further call | {further:.2f} MB | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20)
    count = parser.parse_args().calls
    print("measuring start-up …", file=sys.stderr)
    start = start_up()
    print("one call …", file=sys.stderr)
    one = calls(1)
    print(f"{count} calls …", file=sys.stderr)
    many = calls(count)
    print("\n".join(report(start, one, many)))


if __name__ == "__main__":
    main()
