"""How a bot's end reaches the flow."""

from __future__ import annotations

import json

import anyio

from ..bench import Bench
from ..case import ASSUMED, DOCUMENTED, PUBLIC, SAMPLE, case, holds
from ..wire import Wire
from .talking import seconds, talking

PATIENCE = 5.0  # seconds for a bot to end
FAREWELL = 1.0  # seconds of audio before the end, where the behaviour has some


async def ended(wire: Wire, behaviour: str, within: float | None = None) -> dict[str, object]:
    """The parameters of disconnect."""
    await talking(wire, behaviour)
    parameters: dict[str, object] = (await wire.expect("disconnect", within or PATIENCE))["parameters"]
    return parameters


def outputs_of(parameters: dict[str, object]) -> dict[str, str]:
    holds(parameters["reason"] == "completed", "reason completed", parameters)
    outputs = parameters.get("outputVariables", {})
    return outputs if isinstance(outputs, dict) else {}


@case("X01", "a bot's end: what it said is played out, then disconnect completed with its outputs", PUBLIC,
      needs=("bot:end",))  # fmt: skip
async def _x01(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        outputs = outputs_of(await ended(wire, "end"))
        holds(outputs.get("result") == "done", "result of done", outputs.get("result"))
        audio, [end] = wire.watch.of("audio"), wire.watch.of("disconnect")
        holds(seconds(audio) >= FAREWELL, f"{FAREWELL:g} s of audio before it", f"{seconds(audio):.2f} s")
        played = end.at - audio[0].at
        holds(played >= FAREWELL - 0.1, f"it after {FAREWELL:g} s", f"after {played:.2f} s")
        await wire.close("disconnect")


@case("X02", "a bot that fails: disconnect with few words and no stack trace", ASSUMED, needs=("bot:fail",))
async def _x02(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        parameters = await ended(wire, "fail", within=15)
        text = json.dumps(parameters)
        info = str(parameters.get("info", ""))
        holds("Traceback" not in text and 'File \\"' not in text, "no stack trace", text)
        holds(len(info) <= 255 and "\n" not in info, "a line of at most 255 characters", info)
        await wire.close("disconnect")


@case("X03", "an end that is asked for twice is one disconnect", DOCUMENTED, needs=("bot:end_twice",))
async def _x03(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await ended(wire, "end_twice")
        again = await wire.expect_any("disconnect", within=1, or_nothing=True)
        holds(not again, "one disconnect", "two")
        await wire.close("disconnect")


@case("X04", "output values that are no texts become texts", SAMPLE, needs=("bot:values",))
async def _x04(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        outputs = outputs_of(await ended(wire, "values"))
        for name, value in {"yes": "true", "count": "7"}.items():
            holds(outputs.get(name) == value, f"{name} of {value!r}", outputs.get(name))
        holds(outputs.get("nothing", "") == "", "nothing left out or empty", outputs.get("nothing"))
        table = outputs.get("table", "")
        holds(_parsed(table) == {"a": [1]}, "table as JSON", table)
        await wire.close("disconnect")


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


@case("X05", "outputs that are too large are shortened, and the end comes all the same", DOCUMENTED,
      needs=("bot:large",))  # fmt: skip
async def _x05(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        outputs_of(await ended(wire, "large"))  # its size is watched
        await wire.close("disconnect")


@case("X06", "an end does not wait for ever for playback that is never told to be over", ASSUMED,
      needs=("bot:end",), long=True)  # fmt: skip
async def _x06(bench: Bench) -> None:
    async with bench.connect() as wire:
        await talking(wire, "end")
        await wire.send("playback_started")
        outputs_of((await wire.expect("disconnect", within=15))["parameters"])
        await wire.close("disconnect")


@case("X07", "a client that does not answer disconnect is left after about ten seconds", ASSUMED,
      needs=("bot:end",), long=True)  # fmt: skip
async def _x07(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await ended(wire, "end")
        await wire.gone(within=15)


@case(
    "X08",
    "a farewell that had to wait after error 429 is heard before disconnect",
    ASSUMED,
    needs=("bot:end",),
)
async def _x08(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "end")
        await wire.send("error", {"code": 429, "message": "rate limit exceeded", "retryAfter": "PT2S"})
        outputs_of((await wire.expect("disconnect", within=10))["parameters"])
        _heard_out(wire)
        await wire.close("disconnect")


@case("X09", "playback that cannot be over yet does not end a farewell, whatever the client says", ASSUMED,
      needs=("bot:end",))  # fmt: skip
async def _x09(bench: Bench) -> None:
    async with bench.connect() as wire:
        await talking(wire, "end")
        await wire.send("playback_started")
        with anyio.move_on_after(PATIENCE):
            while not wire.watch.of("disconnect"):
                await wire.send("playback_completed")
                await anyio.sleep(0.05)
        outputs_of((await wire.expect("disconnect"))["parameters"])
        _heard_out(wire)
        await wire.close("disconnect")


def _heard_out(wire: Wire) -> None:
    """What came was heard when disconnect came: it is played as it comes, and one after the other."""
    heard = 0.0
    for each in wire.watch.of("audio"):
        heard = max(heard, each.at) + seconds([each])
    [end] = wire.watch.of("disconnect")
    holds(end.at >= heard - 0.15, "all of it heard", f"{heard - end.at:.2f} s of it cut")


@case("C02", "a bot that is slow to stop does not hold up closed", PUBLIC, needs=("bot:linger",))
async def _c02(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "linger")
        await anyio.sleep(0.3)
        await wire.close(within=2)


@case("O08", "a bot that is slow to start does not hold up opened, or is given up in time", DOCUMENTED,
      needs=("bot:late",), long=True)  # fmt: skip
async def _o08(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await wire.open(inputVariables={"conformance": "late"})
        answer = await wire.expect_any("opened", "disconnect", within=5)
        if answer["type"] == "opened":
            await wire.alive()
        await wire.close("end" if answer["type"] == "opened" else "disconnect")
