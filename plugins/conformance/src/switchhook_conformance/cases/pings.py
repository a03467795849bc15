"""Whether both sides live."""

from __future__ import annotations

from ..bench import Bench
from ..case import ASSUMED, REFERENCE, case, holds


@case("K01", "a pong acknowledges just its ping, also when more came behind it", REFERENCE)
async def _k01(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        seq = await wire.ping()
        await wire.send("dtmf", {"digit": "1"})
        pong = await wire.expect("pong")
        holds(pong["clientseq"] == seq, f"clientseq {seq}", pong["clientseq"])
        await wire.close()


@case("K02", "a ping may carry the last round trip", REFERENCE)
async def _k02(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.ping({"rtt": "PT0.084S"})
        await wire.expect("pong")
        await wire.close()


@case("K03", "a ping just before close is answered, then closed comes", REFERENCE)
async def _k03(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.ping()
        await wire.close()
        await wire.expect("pong")


@case("K04", "a client that falls silent is given up after about half a minute", ASSUMED, long=True)
async def _k04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.expect_any("disconnect", or_gone=True, within=50)


@case("K05", "twenty pings in a row are each answered in order", "the limit of 25 texts at once")
async def _k05(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        asked = [await wire.ping() for _ in range(20)]
        answered = [(await wire.expect("pong"))["clientseq"] for _ in asked]
        holds(asked == answered, f"clientseq {asked}", answered)
        await wire.close()
