"""A server in operation: many calls, calls that do not listen, the end of the process."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import anyio

from ..bench import Bench
from ..case import ASSUMED, DOCUMENTED, case, holds
from ..profile import Soak
from ..wire import FRAME, Wire

ROOM = 16.0  # MB that a process may grow by, for what it has not done before
DEAF = 15.0  # seconds
STARTS = 20.0  # sessions a second


async def memory(pid: int) -> float:
    """MB that a process of this machine has in memory."""
    if sys.platform == "linux":
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()  # noqa: ASYNC240  # no file of a disk
        [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    else:
        said = await anyio.run_process(["ps", "-o", "rss=", "-p", str(pid)])
        kilobytes = said.stdout.decode()
    return int(kilobytes) / 1024


async def call(wire: Wire) -> None:
    """As a caller who listens, a frame each 200 ms and a ping each 5 s, until the server gives the call back:
    it may have a longest one."""
    await wire.opened()
    count = 0
    while wire.watch.ended is None:
        await wire.send_raw(FRAME)
        if count % 25 == 0:
            await wire.alive()
        count += 1
        await anyio.sleep(0.2)


@case("L01", "many calls for long leave the memory of the process as it was, and all are closed", ASSUMED,
      needs=("soak", "pid"), long=True)  # fmt: skip
async def _l01(bench: Bench) -> None:
    soak, pid = bench.profile.soak or Soak(), bench.profile.pid or 0
    seconds = 60 * soak.minutes
    closed = 0

    async def one(delay: float) -> None:
        nonlocal closed
        await anyio.sleep(delay)
        until = anyio.current_time() + seconds - delay
        while anyio.current_time() < until - 1:
            async with bench.connect(plays=True) as wire:
                with anyio.move_on_at(until):
                    await call(wire)
                ended = wire.watch.ended or {}
                holds(ended.get("reason", "completed") == "completed", "reason completed", ended)
                await wire.close("disconnect" if ended else "end")
        closed += 1

    async with anyio.create_task_group() as group:
        for number in range(soak.sessions):
            group.start_soon(one, min(number / STARTS, seconds / 4))
        await anyio.sleep(seconds / 2)
        before = await memory(pid)
        await anyio.sleep(seconds / 2 - 1)
        after = await memory(pid)
    holds(after <= 1.1 * before + ROOM, f"{before:.0f} MB as half-way, or a little more", f"{after:.0f} MB")
    holds(closed == soak.sessions, f"{soak.sessions} sessions closed", closed)


@case("L03", "a client that does not read costs little, and harms nobody else", ASSUMED,
      needs=("pid",), long=True)  # fmt: skip
async def _l03(bench: Bench) -> None:
    pid = bench.profile.pid or 0
    async with bench.connect() as good, bench.connect() as deaf:
        await good.opened()
        await deaf.opened(inputVariables={"conformance": "talk"})  # or whatever it greets with
        before = await memory(pid)
        deaf.socket.transport.pause_reading()
        for _ in range(int(DEAF)):
            await deaf.send_raw(FRAME)
            await deaf.ping()
            await good.alive()
            await anyio.sleep(1)
        after = await memory(pid)
        deaf.socket.transport.abort()
        deaf.watch.faults.clear()  # what comes at last comes at once, which is not the server's fault
        holds(after <= before + ROOM, f"{before:.0f} MB as before, or a little more", f"{after:.0f} MB")
        await good.close()


@case("L02", "a server that is told to stop refuses new calls or gives them back, and ends its own in order",
      DOCUMENTED, needs=("drain",), long=True)  # fmt: skip
async def _l02(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await wire.opened(inputVariables={"conformance": "talk"})
        await anyio.run_process(shlex.split(bench.profile.drain or ""))
        await anyio.sleep(0.5)
        try:
            verdict = await bench.verdict(probe=False)
        except OSError:
            verdict = "no connection"
        good = ("no connection", "HTTP 503", "disconnect error")
        holds(verdict in good, "HTTP 503, disconnect with reason error, or no connection", verdict)
        ended = await wire.expect("disconnect", within=30)
        holds(ended["parameters"]["reason"] == "completed", "reason completed", ended["parameters"])
        await wire.close("disconnect")
