"""What the client reports."""

from __future__ import annotations

import anyio

from ..bench import Bench
from ..case import DOCUMENTED, OURS, REFERENCE, case, holds


@case("R01", "after error 429 no more texts come than must, and the session goes on", DOCUMENTED)
async def _r01(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        parameters = {"code": 429, "message": "rate limit exceeded", "retryAfter": "PT2S"}
        await wire.send("error", parameters)
        await wire.alive()
        before = len(wire.audio)
        await anyio.sleep(1.5)
        holds(len(wire.audio) == before, "no audio for 2 s", f"{len(wire.audio) - before} messages")
        await wire.close()


@case("R02", "error 429 without a time is obeyed and survived", DOCUMENTED)
async def _r02(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("error", {"code": 429, "message": "rate limit exceeded"})
        await wire.alive()
        before = len(wire.audio)
        await anyio.sleep(0.8)
        holds(len(wire.audio) == before, "no audio for 1 s", f"{len(wire.audio) - before} messages")
        await wire.close()


@case("R03", "error 500 and close with reason error are answered with closed", REFERENCE)
async def _r03(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("error", {"code": 500, "message": "internal"})
        await wire.close("error")


@case("R04", "an error that is not known is survived; one that has no form may end the session", OURS)
async def _r04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("error", {"code": 9999, "message": ""})
        await wire.alive()
        await wire.close()
    for parameters in ({}, {"code": "no", "message": 7}):
        async with bench.connect() as wire:
            await wire.opened()
            await wire.send("error", parameters)
            if await wire.alive_or_violated(uncounted=2):
                await wire.close()


@case("R05", "a client that reports 429 and is gone harms nobody else", DOCUMENTED)
async def _r05(bench: Bench) -> None:
    async with bench.connect() as other:
        await other.opened()
        async with bench.connect() as wire:
            await wire.opened()
            await wire.send("error", {"code": 429, "message": "rate limit exceeded", "retryAfter": "PT5S"})
            wire.socket.transport.abort()
        await other.alive()
        await other.close()
