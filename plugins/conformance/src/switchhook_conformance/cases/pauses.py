"""Audio that does not come, and what else changes in a session."""

from __future__ import annotations

import anyio

from ..bench import Bench, Request
from ..case import ASSUMED, DOCUMENTED, OURS, REFERENCE, case, holds
from ..wire import FRAME
from .talking import talking, until_heard


@case("S04", "a pause of the client's own and its end need no answer and do no harm", DOCUMENTED)
async def _s04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("paused")
        await wire.send("paused")
        await wire.send("resumed", {"start": "PT0S", "discarded": "PT5S"})
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


@case("S07", "a change of the language is acknowledged, answered with pause or disconnect, or not known",
      DOCUMENTED)  # fmt: skip
async def _s07(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        seq = await wire.send("update", {"language": "en-GB", "novelty": 1})
        answer = await wire.expect_any("updated", "pause", "disconnect", within=1, or_nothing=True)
        if answer:
            holds(answer["clientseq"] >= seq, f"clientseq {seq}", answer["clientseq"])
        if answer.get("type") != "disconnect":
            await wire.alive()
        await wire.close("disconnect" if answer.get("type") == "disconnect" else "end")


@case("S11", "spans of nonsense are passed over, or end the session in order", OURS)
async def _s11(bench: Bench) -> None:
    for span in ({}, {"start": "PT1S"}, {"start": "soon", "discarded": 7}):
        for kind in ("discarded", "resumed"):
            async with bench.connect() as wire:
                await wire.opened()
                await wire.send(kind, span)
                if await wire.alive_or_violated(uncounted=2):
                    await wire.close()


@case("S09", "audio that is missing before the first frame is accepted", ASSUMED)
async def _s09(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("discarded", {"start": "PT0S", "discarded": "PT2S"}, position="PT2S")
        await wire.send_raw(FRAME)
        await wire.alive()
        await wire.close()


@case("S01", "a pause that the server asked for holds until it asks for audio again", DOCUMENTED,
      needs=("bot:pause",))  # fmt: skip
async def _s01(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "pause")
        await wire.expect("pause")
        await wire.send("paused")
        await wire.alive()
        await wire.expect("resume", within=5)
        await wire.send("resumed", {"start": "PT0S", "discarded": "PT2S"}, position="PT2S")
        await wire.send_raw(FRAME)
        await wire.alive()
        await wire.close()


@case("S02", "audio that was on its way when the server asked for a pause is taken", DOCUMENTED,
      needs=("bot:pause",))  # fmt: skip
async def _s02(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "pause")
        await wire.expect("pause")
        await wire.send_raw(FRAME)
        await wire.send("paused")
        await wire.alive()
        await wire.close()


@case("S03", "a session may begin without caller audio", REFERENCE, needs=("paused_path", "bot:resume"))
async def _s03(bench: Bench) -> None:
    async with bench.connect(Request(target=bench.profile.paused_path), plays=True) as wire:
        parameters = await wire.opened(inputVariables={"conformance": "resume"})
        holds(parameters.get("startPaused") is True, "startPaused", parameters)
        await wire.send("paused")
        await wire.expect("resume")
        await wire.send("resumed", {"start": "PT0S", "discarded": "PT1S"}, position="PT1S")
        await wire.send_raw(FRAME)
        await wire.alive()
        await wire.close()


@case("S05", "a session goes on where it is resumed, ten seconds later and five lost", DOCUMENTED,
      needs=("bot:pause",))  # fmt: skip
async def _s05(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "pause")
        await wire.expect("pause")
        await wire.send("paused", position="PT10S")
        await wire.expect("resume", within=5)
        await wire.send("resumed", {"start": "PT10S", "discarded": "PT5S"}, position="PT15S")
        await wire.send_raw(FRAME)
        await wire.send("dtmf", {"digit": "1"}, position="PT15.2S")
        await wire.alive()
        await wire.close()


@case("S08", "the bot is heard while the caller is not", ASSUMED, needs=("bot:pause",))
async def _s08(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "pause")
        await wire.expect("pause")
        await wire.send("paused")
        await until_heard(wire, 1)
        holds(not wire.watch.of("resume"), "audio before the pause was over", "resume")
        await wire.close()


@case("S10", "wishes for pause and resume that come too fast are not all sent, but the last is", DOCUMENTED,
      needs=("bot:toggle",))  # fmt: skip
async def _s10(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "toggle")
        await anyio.sleep(3)  # how many come is watched
        wishes = [each.kind for each in wire.watch.of("pause", "resume")]
        holds(not wishes or wishes[-1] == "resume", "resume at last", wishes)
        await wire.alive()
        await wire.close()
