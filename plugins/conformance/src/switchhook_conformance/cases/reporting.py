"""What reaches the bot, told by itself in its output variables."""

from __future__ import annotations

import uuid

from ..bench import Bench
from ..case import DOCUMENTED, SAMPLE, SEEN, case, holds
from .talking import report, talking


@case("O18", "input variables reach the bot", SAMPLE, needs=("bot:report",))
async def _o18(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await wire.opened(inputVariables={"conformance": "report", "tier": "gold", "empty": "", "naïve": "☎"})
        outputs = await report(wire)
        for name, value in {"tier": "gold", "empty": "", "naïve": "☎"}.items():
            got = outputs.get(f"echo_{name}", "" if not value else None)
            holds(got == value, f"echo_{name} of {value!r}", got)


@case("O19", "the bot is given the caller's number without its scheme", SEEN, needs=("bot:report",))
async def _o19(bench: Bench) -> None:
    for ani, caller in (("tel:+4915550100", "+4915550100"), ("", "")):
        who = {"id": str(uuid.uuid4()), "ani": ani, "aniName": "", "dnis": ""}
        async with bench.connect(plays=True) as wire:
            await wire.opened(inputVariables={"conformance": "report"}, participant=who)
            got = (await report(wire)).get("caller", "")
            holds(got == caller, f"caller of {caller!r}", got)


@case("T04", "keys reach the bot in order, each once", SAMPLE, needs=("bot:report",))
async def _t04(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "report")
        for digit in "1223":
            await wire.send("dtmf", {"digit": digit})
        digits = (await report(wire)).get("digits")
        holds(digits == "1223", "digits of 1223", digits)


@case("S12", "a change of the language reaches the bot", DOCUMENTED, needs=("bot:report",))
async def _s12(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "report")
        await wire.send("update", {"language": "en-GB"})
        known = await wire.expect_any("updated", within=1, or_nothing=True)
        language = (await report(wire)).get("language")
        good = language == "en-GB" or not known  # who does not know the message is to ignore it
        holds(good, "en-GB", language)
