"""Does a client that simulates Genesys do what Genesys does? Each case plays a server to it."""

from __future__ import annotations

import time
from typing import Any

import anyio

from ..bench import Bench
from ..case import ASSUMED, DOCUMENTED, OURS, REFERENCE, case, holds
from ..double import Double

BUFFER = 5.0  # seconds of audio in one message, within the largest


@case("M01", "no opened within five seconds: error 408, and a late one is not taken", REFERENCE,
      needs=("client",), long=True)  # fmt: skip
async def _m01(bench: Bench) -> None:
    async with bench.called() as session:
        offered = (await session.expect("open"))["parameters"]["media"]
        began = time.monotonic()
        await session.told(408, within=7)
        took = time.monotonic() - began
        holds(took > 4.5, "five seconds of patience", f"{took:.1f} s")
        await session.send("opened", {"media": offered[:1]})
        await session.closes("error")


@case("M02", "media that were not offered, or are several, end the session with error 400 or 500", OURS,
      needs=("client",))  # fmt: skip
async def _m02(bench: Bench) -> None:
    def both(offer: dict[str, Any]) -> list[dict[str, Any]]:
        return [offer, offer]

    def other_rate(offer: dict[str, Any]) -> list[dict[str, Any]]:
        return [offer | {"rate": 16_000}]

    def swapped(offer: dict[str, Any]) -> list[dict[str, Any]]:
        return [offer | {"channels": ["internal", "external"]}]

    for answer in (both, other_rate, swapped):
        async with bench.called() as session:
            offer = (await session.expect("open"))["parameters"]["media"][0]
            await session.send("opened", {"media": answer(offer)})
            await session.gives_up(400, 500)


@case("M03", "a gap in seq, an unknown type and missing parameters end the session", REFERENCE,
      needs=("client",))  # fmt: skip
async def _m03(bench: Bench) -> None:
    faults: list[tuple[str, dict[str, Any]]] = [
        ("updated", {"seq": 9}),
        ("novelty", {}),
        ("updated", {"parameters": None}),
    ]
    for kind, envelope in faults:
        async with bench.called() as session:
            await session.opened()
            await session.send(kind, **envelope)
            await session.gives_up(400, 500)


@case("M04", "a wrong pong is error 400, one that nobody asked for 409, and the session goes on", REFERENCE,
      needs=("client",))  # fmt: skip
async def _m04(bench: Bench) -> None:
    async with bench.called() as session:
        await session.opened()
        ping = await session.expect("ping")
        await session.send("pong", clientseq=1)
        await session.told(400)
        await session.send("pong", clientseq=ping["seq"])
        await answer_pings(session, 1)
        await session.send("pong")
        await session.told(409)
        await session.send("disconnect", {"reason": "completed"})
        await session.closes("disconnect")


async def answer_pings(session: Double, count: int) -> None:
    for _ in range(count):
        ping = await session.expect("ping", within=6)
        await session.send("pong", clientseq=ping["seq"])


@case("M05", "no pong until the next ping is due: error 408", REFERENCE, needs=("client",), long=True)
async def _m05(bench: Bench) -> None:
    async with bench.called() as session:
        await session.opened()
        await session.expect("ping")
        await session.gives_up(408, within=8)


@case("M06", "an event without entities ends the session", REFERENCE, needs=("client",))
async def _m06(bench: Bench) -> None:
    async with bench.called() as session:
        await session.opened()
        await session.send("event", {"entities": []})
        await session.gives_up(400, 500)


@case("M07", "more messages than are allowed are each kind's error 429, with retryAfter", DOCUMENTED,
      needs=("client",))  # fmt: skip
async def _m07(bench: Bench) -> None:
    async def audio(session: Double) -> None:
        await session.play(0.1)

    async def text(session: Double) -> None:
        await session.send("updated")

    async def pause(session: Double) -> None:
        await session.send("pause")

    for send, count in ((audio, 30), (text, 30), (pause, 6)):
        async with bench.called() as session:
            await session.opened()
            for _ in range(count):
                await send(session)
            parameters = await session.told(429)
            holds("retryAfter" in parameters, "retryAfter", parameters)


@case("M08", "a disconnect at any time is answered with close", REFERENCE, needs=("client",))
async def _m08(bench: Bench) -> None:
    for stage in ("opening", "open", "playing"):
        async with bench.called() as session:
            if stage == "opening":
                await session.expect("open")
            else:
                await session.opened()
            if stage == "playing":
                await session.play(BUFFER)
                await session.expect("playback_started")
            await session.send("disconnect", {"reason": "completed", "info": "done", "outputVariables": {}})
            await session.closes("disconnect")


@case("M09", "no closed within ten seconds: error 408, and the socket is closed", REFERENCE,
      needs=("client",), long=True)  # fmt: skip
async def _m09(bench: Bench) -> None:
    async with bench.called() as session:
        await session.opened()
        await session.send("disconnect", {"reason": "completed"})
        await session.expect("close")
        await session.told(408, within=12)
        await session.gone(within=5)


@case("M10", "a barge-in empties the buffer at once", ASSUMED, needs=("client",))
async def _m10(bench: Bench) -> None:
    async with bench.called() as session:
        await session.opened()
        await session.play(BUFFER)
        await session.play(BUFFER)
        await session.expect("playback_started")
        await anyio.sleep(0.3)
        await session.send("event", {"entities": [{"type": "barge_in", "data": {}}]})
        await session.expect("playback_completed", within=0.5)
        await session.play(BUFFER)
        await session.expect("playback_started")


@case("M11", "a field that no table lists ends the session with error 400", "seen in production",
      needs=("client",))  # fmt: skip
async def _m11(bench: Bench) -> None:
    async with bench.called() as session:
        offer = (await session.expect("open"))["parameters"]["media"][0]
        await session.send("opened", {"media": [offer | {"codec": "x"}]})
        await session.gives_up(400)
