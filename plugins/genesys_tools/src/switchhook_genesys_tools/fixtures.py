"""A fixture that pytest finds without an import; it imports what it needs when a test asks for it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .dial import CallResult, Keys, Utterance

LISTENING = re.compile(r"listening on wss?://(.+):(\d+)/")
STARTS = 60.0  # seconds for the server to start, models and all
PATIENCE = 20.0  # to end


@pytest.fixture
def switchhook_dial() -> Callable[..., CallResult]:
    """`switchhook_dial(config, connector, *turns, **plan)`: serve that configuration in a process of its own,
    on a free port, call the connector as Genesys does, and give what came of it. `turns`: Utterance and Keys,
    each said when it is the caller's turn; `plan`: what else a Plan takes."""

    def dial(config: Path, connector: str, *turns: Utterance | Keys, **plan: Any) -> CallResult:
        import anyio

        from .dial import CallerStep, Plan, call, of_connector

        target = of_connector(config, connector)
        steps = tuple(CallerStep(turn) for turn in turns)
        with _serving(config) as address:
            return anyio.run(call, Plan(steps, timeout=60.0, **plan), replace(target, address=address))

    return dial


@contextmanager
def _serving(config: Path) -> Iterator[tuple[str, int]]:
    """Host and port. What the server says is shown where it does not start."""
    command = [sys.executable, "-m", "switchhook", "serve", "--config", str(config)]
    environment = {**os.environ, "SWITCHHOOK_SERVER__PORT": "0"}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "log")
        with log.open("w") as written:
            process = subprocess.Popen(command, stderr=written, env=environment)  # noqa: S603
        try:
            yield _address(process, log)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def _address(process: subprocess.Popen[bytes], log: Path) -> tuple[str, int]:
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        if found := LISTENING.search(log.read_text()):
            return found[1], int(found[2])
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"the server does not start: {log.read_text()}")
