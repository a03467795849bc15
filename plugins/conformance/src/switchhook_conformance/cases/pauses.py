"""Audio that does not come, and what else changes in a session."""

from __future__ import annotations

from ..bench import Bench
from ..case import ASSUMED, DOCUMENTED, REFERENCE, case, holds
from ..wire import FRAME


@case("S04", "a pause of the client's own and its end need no answer and do no harm", DOCUMENTED)
async def _s04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("paused")
        await wire.send("paused")
        await wire.send_raw(FRAME)
        await wire.send("resumed", {"start": "PT0.2S", "discarded": "PT5S"})
        await wire.send_raw(FRAME)
        await wire.alive()
        await wire.close()


@case("S06", "discarded audio is taken note of and not answered", REFERENCE)
async def _s06(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("discarded", {"start": "PT0S", "discarded": "PT5S"})
        await wire.send_raw(FRAME)
        await wire.send("discarded", {"start": "PT5.2S", "discarded": "PT0.4S"})
        await wire.alive()
        await wire.close()


@case("S07", "a change of the language is acknowledged", DOCUMENTED)
async def _s07(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        seq = await wire.send("update", {"language": "en-GB", "novelty": 1})
        updated = await wire.expect("updated")
        holds(updated["clientseq"] >= seq, f"clientseq {seq}", updated["clientseq"])
        await wire.close()


@case("S11", "spans of nonsense do no harm", DOCUMENTED)
async def _s11(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for span in ({}, {"start": "PT1S"}, {"start": "soon", "discarded": 7}):
            await wire.send("discarded", span)
            await wire.send("resumed", span)
        await wire.alive()
        await wire.close()


@case("S09", "audio that is missing before the first frame is accepted", ASSUMED)
async def _s09(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("discarded", {"start": "PT0S", "discarded": "PT2S"}, position="PT2S")
        await wire.send_raw(FRAME)
        await wire.alive()
        await wire.close()
