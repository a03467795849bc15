"""From `open` to `opened`."""

from __future__ import annotations

import time
import uuid

from ..bench import Bench, Request
from ..case import ASSUMED, DOCUMENTED, OURS, PUBLIC, REFERENCE, SAMPLE, SEEN, case, holds
from ..wire import MONO, Wire

BOTH = MONO | {"channels": ["external", "internal"]}
INTERNAL = MONO | {"channels": ["internal"]}
LINEAR = MONO | {"format": "L16"}


@case("O01", "an offer of PCMU with the caller's channel is taken unchanged within a second", REFERENCE)
async def _o01(bench: Bench) -> None:
    async with bench.connect() as wire:
        began = time.monotonic()
        opened = await wire.opened()
        took = time.monotonic() - began
        holds(opened["media"] == [MONO], "the offer unchanged", opened["media"])
        holds(took <= 1.0, "opened within 1 s", took)
        holds(wire.watch.received[0]["clientseq"] == 1, "clientseq 1", wire.watch.received[0]["clientseq"])
        await wire.close()


@case("O02", "of three offers the one of the caller alone is taken", "seen in a failing connection probe")
async def _o02(bench: Bench) -> None:
    async with bench.connect() as wire:
        opened = await wire.opened(media=[BOTH, MONO, INTERNAL])
        holds(opened["media"] == [MONO], "the offer with the external channel alone", opened["media"])
        await wire.close()


@case("O03", "an offer of both channels alone is taken, or refused with disconnect", REFERENCE)
async def _o03(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.open(media=[BOTH])
        await _taken_or_refused(wire, BOTH)


@case("O04", "an offer of L16 alone is taken, or refused with disconnect", REFERENCE)
async def _o04(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.open(media=[LINEAR])
        await _taken_or_refused(wire, LINEAR)


async def _taken_or_refused(wire: Wire, offer: object) -> None:
    answer = await wire.expect_any("opened", "disconnect")
    parameters = answer["parameters"]
    good = parameters.get("media") == [offer] or parameters.get("reason") == "error"
    holds(good, "the offer taken unchanged, or disconnect with reason error", parameters)
    await wire.close("end" if answer["type"] == "opened" else "disconnect")


@case("O05", "a call without any offer is refused with disconnect, or opened without audio", OURS)
async def _o05(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.open(media=[])
        answer = await wire.expect_any("opened", "disconnect")
        parameters = answer["parameters"]
        good = parameters.get("media") == [] or parameters.get("reason") == "error"
        holds(good, "disconnect with reason error, or no media", parameters)
        await wire.close("end" if answer["type"] == "opened" else "disconnect")


@case("O06", "an organization that is not that of the header is unauthorized", REFERENCE)
async def _o06(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.open(organizationId=str(uuid.uuid4()))
        ended = (await wire.expect("disconnect"))["parameters"]
        holds(ended["reason"] == "unauthorized", "reason unauthorized", ended)
        await wire.close("disconnect")


@case("O07", "an unknown bot is told so after open, or gets 404", SAMPLE, needs=("unknown_path",))
async def _o07(bench: Bench) -> None:
    request = Request(target=bench.profile.unknown_path)
    if (status := await bench.status(request)) != 101:
        holds(status == 404, "HTTP 101 or 404", status)
        return
    async with bench.connect(request) as wire:
        await wire.open()
        ended = (await wire.expect("disconnect"))["parameters"]
        holds(ended["reason"] == "error" and ended.get("info"), "reason error with info", ended)
        await wire.close("disconnect")


@case("O09", "a second open is ignored and the session goes on", REFERENCE)
async def _o09(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.open()
        await wire.alive()
        openings = [message for message in wire.watch.received if message["type"] == "opened"]
        holds(len(openings) == 1, "one opened", len(openings))
        await wire.close()


@case("O10", "fields that are not known, other languages and newer UUIDs are read", ASSUMED)
async def _o10(bench: Bench) -> None:
    newer = "0193c2a0-7b1e-7cc4-9d2f-3a5b6c7d8e9f"
    async with bench.connect(Request(headers={"audiohook-session-id": newer})) as wire:
        offer = MONO | {"novelty": 1}
        opened = await wire.opened(language="es-419", novelty={"a": [1]}, media=[offer])
        taken = opened["media"]  # copied as it is, or without what is not known
        holds(taken in ([offer], [MONO]), "the offer", taken)
        await wire.close()


@case("O11", "input variables may be absent, empty or there", SAMPLE)
async def _o11(bench: Bench) -> None:
    for variables in (None, {}, {"customerTier": "gold", "entryPoint": ""}):
        async with bench.connect() as wire:
            await wire.opened(inputVariables=variables)
            await wire.close()


@case("O12", "the configuration may be an object, JSON in a string, or absent",
      f"{REFERENCE}: an object; {PUBLIC}: a string")  # fmt: skip
async def _o12(bench: Bench) -> None:
    for configuration in ({"tier": 1}, '{"tier": 1}', "", None):
        async with bench.connect() as wire:
            await wire.opened(customConfig=configuration)
            await wire.close()


@case("O13", "a caller's number may have a scheme, be empty or be any text", SEEN)
async def _o13(bench: Bench) -> None:
    for ani in ("tel:+4915550100", "", "sip:kim@example.com", "anonymous ☎"):
        who = {"id": str(uuid.uuid4()), "ani": ani, "aniName": "", "dnis": ""}
        async with bench.connect() as wire:
            await wire.opened(participant=who)
            await wire.close()


@case("O14", "a close that follows open at once is answered with closed", REFERENCE)
async def _o14(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.open()
        await wire.close()


@case("O15", "who never opens is disconnected after about ten seconds", ASSUMED, long=True)
async def _o15(bench: Bench) -> None:
    async with bench.connect() as wire:
        code = await wire.gone(within=20)
        holds(code in (1000, 1001, 1008, 1011), "an orderly close code", code)


@case("O16", "a ping before open is answered", REFERENCE)
async def _o16(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.alive()


@case("O17", "two sessions of one conversation are both served", DOCUMENTED)
async def _o17(bench: Bench) -> None:
    async with bench.connect() as first, bench.connect() as second:
        await first.opened()
        await second.opened()
        await first.alive()
        await first.close()
        await second.close()
