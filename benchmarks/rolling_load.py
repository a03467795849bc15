"""Callers who come while `rolling.py` restarts its server: `python benchmarks/rolling_load.py URL RATE`.

RATE of them come each second, hear the first sound of the greeting and hang up. For each line on standard
input it prints what has happened to how many since the last; it ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections import Counter
from contextlib import AsyncExitStack

import anyio
import relay_load
from process import LOOP

from switchhook_audiohook.protocol import ClientSession, ClientState, events
from switchhook_websocket import ConnectError

PATIENCE = 10.0  # seconds for an answer
ANSWERED = "answered"


class Newcomer(relay_load.Caller):
    """`end`: what has happened to him."""

    session: ClientSession

    def __init__(self, session: ClientSession) -> None:
        super().__init__(session)
        self.end = ""
        self.over = asyncio.Event()

    def text(self, message: str, /) -> None:
        for event in self.session.receive_text(message):
            if isinstance(event, events.Disconnected | events.ProtocolViolation):
                self._ends("given back" if isinstance(event, events.Disconnected) else str(event))
        self.flush()
        if self.session.state is ClientState.CLOSED:
            self.over.set()

    def binary(self, message: bytes, /) -> None:
        self.session.receive_audio(message)
        if not self.end:
            self._ends(ANSWERED)
            self.session.close()
            self.flush()

    def lost(self, why: str, /) -> None:
        if self.session.state is not ClientState.CLOSED:
            self.session.connection_lost()
            self.end = f"reset: {why}"
        self.over.set()

    def _ends(self, end: str) -> None:
        self.end = self.end or end


async def call(url: str, ends: Counter[str]) -> None:
    ids = [str(uuid.uuid4()) for _ in range(3)]
    caller = Newcomer(ClientSession(ids[0], time.monotonic))
    try:
        with anyio.fail_after(PATIENCE):
            async with AsyncExitStack() as stack:
                await relay_load.dial(stack, url, caller, ids)
                await caller.over.wait()
    except (ConnectError, OSError) as error:  # among them TimeoutError
        ends[f"refused: {type(error).__name__} {error}"] += 1
    else:
        ends[caller.end] += 1


async def main(url: str, rate: float) -> None:
    ends = Counter[str]()

    def tell() -> None:
        if not sys.stdin.readline():
            sys.exit()
        print(json.dumps(ends), flush=True)
        ends.clear()

    asyncio.get_running_loop().add_reader(sys.stdin, tell)
    async with anyio.create_task_group() as group:
        while True:
            group.start_soon(call, url, ends)
            await anyio.sleep(1 / rate)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], float(sys.argv[2]), backend_options=LOOP)
