"""The server of the bot, beside us: `switchhook serve` on a free port. Its records say what the bot heard."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.abc

from switchhook import CallRecord, StartError, TurnRecord

LOADING = 120.0  # seconds that a server may take to start on a slow machine
WRITTEN = 5.0  # and that the record of a call may take
STOPPING = 15.0
LOOK = 0.05
SHOWN = '["transcripts", "variables", "digits"]'


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    records: Path

    async def record_of(self, conversation_id: str) -> CallRecord | None:
        """None: none was written in time."""
        with anyio.move_on_after(WRITTEN):
            while (found := self._find(conversation_id)) is None:  # noqa: ASYNC110  # a file tells nobody
                await anyio.sleep(LOOK)
            return found
        return None

    def events_of(self, record: CallRecord) -> str:
        """Empty: there are none."""
        name = "".join(sign for sign in record.id if sign.isalnum() or sign == "-")[:64]
        file = self.records / f"events-{name}.jsonl"
        return file.read_text("utf-8") if file.exists() else ""

    def _find(self, conversation_id: str) -> CallRecord | None:
        for file in sorted(self.records.glob("calls-*.jsonl")):
            for line in file.read_text("utf-8").splitlines():
                if f'"{conversation_id}"' in line and line.endswith("}"):
                    found: dict[str, Any] = json.loads(line)
                    return CallRecord(**{**found, "turns": [TurnRecord(**turn) for turn in found["turns"]]})
        return None


@asynccontextmanager
async def server(config: Path, connectors: Sequence[str]) -> AsyncIterator[Server]:
    """Ready to be called. Raises StartError with what it said, where it does not start."""
    with tempfile.TemporaryDirectory(prefix="switchhook-try-") as folder:
        made = Server(_free_port(), Path(folder) / "records")
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "switchhook", "serve", "--config", str(config)]
        environ = {**os.environ, **_settings(made, connectors)}
        with log.open("wb") as out:
            process = await anyio.open_process(command, env=environ, stdout=out, stderr=out)
            async with process:
                try:
                    await _listening(process, log)
                    yield made
                finally:
                    await _stop(process)


def _settings(server: Server, connectors: Sequence[str]) -> dict[str, str]:
    """What is otherwise than in the configuration. What callers say is our own."""
    made = {
        "SERVER__HOST": "127.0.0.1",
        "SERVER__PORT": str(server.port),
        "ADMIN__PORT": "0",
        "RECORDS__DIRECTORY": str(server.records),
        # what waits for the sinks of the configuration is none of ours, and they want no calls of ours
        "RECORDS__SPOOL": str(server.records / "spool"),
        "RECORDS__SINKS": "[]",
    }
    for name in connectors:
        made |= {f"CONNECTORS__{name}__UNMASK": SHOWN, f"CONNECTORS__{name}__EVENTS": "true"}
    return {f"SWITCHHOOK_{name}": value for name, value in made.items()}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


async def _listening(process: anyio.abc.Process, log: Path) -> None:
    with anyio.move_on_after(LOADING):
        while process.returncode is None:
            if any(line.startswith("listening on ") for line in _lines(log)):
                return
            await anyio.sleep(LOOK)
    said = "\n".join(_lines(log)[-20:])
    raise StartError(f"the bot's server did not start:\n{said}")


def _lines(log: Path) -> list[str]:
    return log.read_text("utf-8", "replace").splitlines()


async def _stop(process: anyio.abc.Process) -> None:
    with anyio.CancelScope(shield=True):
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        with anyio.move_on_after(STOPPING):
            await process.wait()
            return
        process.kill()
