"""What Genesys does when an administrator saves the integration."""

from __future__ import annotations

from typing import Any

from ..bench import Bench, Request
from ..case import ASSUMED, REFERENCE, SEEN, case, holds
from ..wire import MONO, NOBODY, NULL
from .opening import BOTH, INTERNAL


async def _probe(bench: Bench, request: Request | None = None, **changes: Any) -> None:
    asked = {"conversationId": NULL, "participant": NOBODY, "media": [BOTH, MONO, INTERNAL], "language": None}
    async with bench.connect(request) as wire:
        await wire.opened(**asked | changes)
        await wire.close()
        holds(not wire.audio, "no audio", f"{len(wire.audio)} messages of audio")


@case("P01", "a probe with three offers is opened and closed without audio", SEEN)
async def _p01(bench: Bench) -> None:
    await _probe(bench)


@case("P02", "a probe with one offer, or none, is opened", SEEN)
async def _p02(bench: Bench) -> None:
    await _probe(bench, media=[MONO])
    await _probe(bench, media=[])


@case("P03", "a null participant alone makes a probe", REFERENCE)
async def _p03(bench: Bench) -> None:
    await _probe(bench, conversationId="c2b1a0f9-8e7d-4c6b-a5f4-e3d2c1b0a9f8")


@case("P04", "the bare base path serves probes", ASSUMED, needs=("base_path",))
async def _p04(bench: Bench) -> None:
    base = bench.profile.base_path or "/"
    for target in {base, base.rstrip("/") or "/"}:
        await _probe(bench, Request(target=target))


@case("P05", "each answer to a probe has parameters, and they are an object", SEEN)
async def _p05(bench: Bench) -> None:
    asked = {"conversationId": NULL, "participant": NOBODY}
    async with bench.connect() as wire:
        await wire.opened(**asked)
        await wire.ping()
        await wire.close()
        for message in wire.watch.received:
            is_object = isinstance(message.get("parameters"), dict)
            holds(
                is_object, "an object", f"parameters {message.get('parameters')!r:.40} of {message['type']}"
            )
