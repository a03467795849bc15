"""Messages that are not as they should be."""

from __future__ import annotations

import json
import uuid
from typing import Any

from ..bench import Bench
from ..case import ASSUMED, OURS, REFERENCE, SAMPLE, SEEN, case, holds
from ..wire import FRAME, Wire


@case("E01", "a seq that starts at 2, repeats or skips ends the session", OURS)
async def _e01(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.send("open", {}, seq=2)
        wire.seq = 2
        await wire.violated(uncounted=1)
    for seq in (1, 7):
        await _ends(bench, seq=seq)


@case("E02", "an acknowledgement of what was never sent ends the session", REFERENCE)
async def _e02(bench: Bench) -> None:
    await _ends(bench, serverseq=99)


@case("E03", "the id of another session ends the session", REFERENCE)
async def _e03(bench: Bench) -> None:
    await _ends(bench, id=str(uuid.uuid4()))


@case("E04", "another version, no position or no parameters end the session", OURS)
async def _e04(bench: Bench) -> None:
    await _ends(bench, version="1")
    await _ends(bench, position=None)
    await _ends(bench, parameters=None)
    await _ends(bench, parameters=[])


async def _ends(bench: Bench, **envelope: Any) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("ping", **envelope)
        wire.seq = int(envelope.get("seq") or wire.seq)
        await wire.violated(uncounted=2)


@case("E05", "what is no JSON object ends the session", REFERENCE)
async def _e05(bench: Bench) -> None:
    for text in ("{", "[]", '"text"', "", "null", "[" * 10_000):
        async with bench.connect() as wire:
            await wire.opened()
            await wire.send_raw(text)
            await wire.violated()


@case("E06", "a text that is too large ends the session or the connection", ASSUMED)
async def _e06(bench: Bench) -> None:
    for size in (65_537, 1_000_000):
        async with bench.connect() as wire:
            await wire.opened()
            await wire.send_raw(json.dumps({"padding": "x" * size}))
            await _given_up(wire)


async def _given_up(wire: Wire) -> None:
    answer = await wire.expect_any("disconnect", or_gone=True)
    if answer:
        holds(answer["parameters"]["reason"] == "error", "reason error", answer["parameters"])
    else:
        holds(wire.code in (1009, 1011, 1006), "close code 1009", wire.code)


@case("E07", "a type that is not known counts and is ignored", SAMPLE)
async def _e07(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        await wire.send("novelty", {"a": 1})
        await wire.alive()
        await wire.close()


@case("E08", "positions are seconds, with or without a whole part, and nothing else", REFERENCE)
async def _e08(bench: Bench) -> None:
    for position in ("PT.5S", "PT0S", "PT12.345678S"):
        async with bench.connect() as wire:
            await wire.opened()
            await wire.send("paused", position=position)
            await wire.alive()
            await wire.close()
    for position in ("PT1.S", "PT1M", "-PT1S", "1", "PT1e3S"):
        await _ends(bench, position=position)


@case("E10", "of ten more bad messages after the first nobody hears anything", REFERENCE)
async def _e10(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        for _ in range(11):
            await wire.send_raw("{")
        await wire.violated()
        ends = [message for message in wire.watch.received if message["type"] == "disconnect"]
        holds(len(ends) == 1, "one disconnect", len(ends))


@case("E13", "an open whose parameters have other types ends the session", REFERENCE)
async def _e13(bench: Bench) -> None:
    for changes in ({"media": 7}, {"conversationId": 5}, {"media": [None]}):
        async with bench.connect() as wire:
            await wire.open(**changes)
            await wire.violated(uncounted=1)
    async with bench.connect() as wire:  # a call can be served without knowing whose it is
        await wire.open(participant="Kim")
        if await wire.alive_or_violated(uncounted=1):
            await wire.close()


@case("E14", "messages of a session that another one broke go on", ASSUMED)
async def _e14(bench: Bench) -> None:
    async with bench.connect() as good, bench.connect() as bad:
        await good.opened()
        await bad.send_raw("{")
        await bad.violated()
        await good.alive()
        await good.close()


@case("E09", "a text in fragments is one message", ASSUMED)
async def _e09(bench: Bench) -> None:
    async with bench.connect() as wire:
        await wire.opened()
        wire.seq += 1
        wire.watch.pings.add(wire.seq)
        ping = {"version": "2", "id": wire.session_id, "type": "ping", "seq": wire.seq, "serverseq": 1}
        text = json.dumps(ping | {"position": "PT0S", "parameters": {}})
        await wire.socket.send(text[at : at + 20] for at in range(0, len(text), 20))
        pong = await wire.expect("pong")
        holds(pong["clientseq"] == wire.seq, f"clientseq {wire.seq}", f"clientseq {pong['clientseq']}")
        await wire.close()


@case("E11", "in a busy call seq has no gap and clientseq never falls", REFERENCE)
async def _e11(bench: Bench) -> None:
    async with bench.connect() as wire:  # which watches both
        await wire.opened()
        for number in range(20):
            await wire.send("dtmf", {"digit": str(number % 10)})
            await wire.send_raw(FRAME)
            if number % 5 == 0:
                await wire.send("update", {"language": "en-US"})
                await wire.alive()
        await wire.close()
        count = len(wire.watch.received)
        holds(count >= 6, "opened, four pongs and closed", f"{count} messages in all")


@case("E12", "no message has a field that no table lists, at any depth", SEEN)
async def _e12(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:  # which watches it, here as in every case
        await wire.opened(customConfig={}, inputVariables={}, supportedLanguages=True)
        await wire.alive()
        await wire.send("update", {"language": "en-US"})
        await wire.expect_any("updated", within=1, or_nothing=True)  # who does not know it is to ignore it
        await wire.send("dtmf", {"digit": "1"})
        await wire.send_raw("{")
        await wire.violated()
        kinds = {message["type"] for message in wire.watch.received}
        holds(kinds >= {"opened", "pong", "disconnect", "closed"}, "four types of message", kinds)
