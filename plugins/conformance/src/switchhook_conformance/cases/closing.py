"""The end."""

from __future__ import annotations

from ..bench import Bench
from ..case import ASSUMED, OURS, REFERENCE, SAMPLE, case, holds
from ..wire import FRAME


@case("C01", "close is answered with closed; one of an unknown reason may get disconnect", OURS)
async def _c01(bench: Bench) -> None:
    for reason in ("end", "disconnect", "error", "reconnect"):
        async with bench.connect() as wire:
            await wire.opened()
            await wire.close(reason)
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("close", {"reason": "novelty"})
        answer = await wire.expect_any("closed", "disconnect")
        reason = answer["parameters"].get("reason", "error")
        holds(reason == "error", "closed, or disconnect with reason error", reason)


@case("C03", "a second close is not answered", REFERENCE)
async def _c03(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("close", {"reason": "end"})
        await wire.send("close", {"reason": "end"})
        await wire.expect("closed")
        answer = await wire.expect_any("closed", or_gone=True, within=1, or_nothing=True)
        holds(not answer, "one closed", answer)


@case("C04", "closed has empty parameters and acknowledges close", REFERENCE)
async def _c04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        seq = await wire.send("close", {"reason": "end"})
        closed = await wire.expect("closed")
        holds((closed["parameters"], closed["clientseq"]) == ({}, seq), "{} and its seq", closed)


@case("C05", "a client that never closes its socket is left after a few seconds", ASSUMED, long=True)
async def _c05(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.close()
        await wire.gone(within=15)


@case("C06", "a socket that breaks, in whatever state, harms nobody else", ASSUMED)
async def _c06(bench: Bench) -> None:
    async with bench.connect() as good:
        await good.opened()
        for stage in ("before open", "opening", "open", "closing"):
            async with bench.connect() as wire:
                if stage == "opening":
                    await wire.open()
                elif stage != "before open":
                    await wire.opened()
                    await wire.send_raw(FRAME)
                if stage == "closing":
                    await wire.send("close", {"reason": "end"})
                wire.socket.transport.abort()
        await good.alive()
        await good.close()


@case("C08", "output variables and reasons are texts at every disconnect", f"{REFERENCE}; {SAMPLE}")
async def _c08(bench: Bench) -> None:
    async with bench.connect() as wire:  # the tables watch what comes
        await wire.opened()
        await wire.send_raw("{")
        await wire.violated()
