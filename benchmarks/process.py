"""What every part of a benchmark needs that is a process of its own; it imports little, to begin soon."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path

HOST = "127.0.0.1"
KEY, SECRET = "benchmark", "E8opCrTIQKtap+wCdxLajF3HhU+RJDD2o1mzOl7RyDY="
INSTANCE = "7"  # of the Genesys address
RIVALS = Path(__file__).parents[1] / ".venv/rivals"  # where `make load` installs what we compare with
LOOP = {"use_uvloop": find_spec("uvloop") is not None}


def started(line: str, figures: Callable[[], Mapping[str, object]]) -> None:
    """Prints the line, and for each line on standard input the CPU time of this process in seconds beside
    `figures`; when there is no more input, the process ends."""

    def report() -> None:
        if not sys.stdin.readline():
            sys.exit()
        print(json.dumps({"cpu": time.process_time(), **figures()}), flush=True)

    print(line, flush=True)
    asyncio.get_running_loop().add_reader(sys.stdin, report)


def percentile(values: list[float], share: float) -> float:
    """0 where there are none."""
    return sorted(values)[max(0, round(share * len(values)) - 1)] if values else 0.0
