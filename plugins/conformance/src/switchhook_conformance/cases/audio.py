"""Audio and keys."""

from __future__ import annotations

import anyio

from ..bench import Bench
from ..case import ASSUMED, DOCUMENTED, REFERENCE, SAMPLE, case, holds
from ..wire import FRAME
from .opening import BOTH


@case("D01", "frames of any size are taken", DOCUMENTED)
async def _d01(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for size in (1600, 160, 1, 4000):
            await wire.send_raw(b"\xff" * size)
        await wire.alive()
        await wire.close()


@case("D02", "half a sample of two channels ends the session, where those are taken", REFERENCE)
async def _d02(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.open(media=[BOTH])
        answer = await wire.expect_any("opened", "disconnect")
        if answer["type"] == "opened":
            await wire.send_raw(b"\xff" * 3)
            await wire.violated()


@case("D03", "audio before open ends the session", REFERENCE)
async def _d03(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.send_raw(FRAME)
        await wire.violated()


@case("D04", "audio after close is ignored and closed arrives", ASSUMED)
async def _d04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("close", {"reason": "end"})
        await wire.send_raw(FRAME)
        await wire.expect("closed")


@case("D05", "an empty frame is nothing", ASSUMED)
async def _d05(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send_raw(b"")
        await wire.alive()
        await wire.close()


@case("D10", "no audio comes before opened", ASSUMED)
async def _d10(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await anyio.sleep(1)  # the tables watch what comes
        await wire.close()


@case("D11", "twenty seconds of audio at once are taken, and a ping behind them is answered", DOCUMENTED)
async def _d11(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for size in (64_000, 64_000, 32_000):
            await wire.send_raw(b"\xff" * size)
        await wire.alive()
        await wire.close()


@case("T01", "keys are taken in a row", SAMPLE)
async def _t01(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for digit in "123#*":
            await wire.send("dtmf", {"digit": digit})
        await wire.alive()
        await wire.close()


@case("T02", "what is no key is taken or ignored, or ends the session in order", ASSUMED)
async def _t02(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for digit in ("A", "", "12", "☎", 7, None):
            await wire.send("dtmf", {"digit": digit})
            if not await wire.alive_or_violated(uncounted=wire.seq - 1):
                return
        await wire.close()


@case("B05", "playback may start and end any number of times", SAMPLE)
async def _b05(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for _ in range(3):
            await wire.send("playback_started")
            await wire.send("playback_completed")
        await wire.send("playback_completed")
        await wire.alive()
        await wire.close()


@case("D06", "prompts keep within the limits of messages for ten seconds", DOCUMENTED, long=True)
async def _d06(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened(inputVariables={"conformance": "talk"})  # or whatever it greets with
        for _ in range(50):
            await wire.send_raw(FRAME)
            await anyio.sleep(0.2)
        holds(len(wire.audio) > 0, "a greeting", "no audio")
        await wire.close()
