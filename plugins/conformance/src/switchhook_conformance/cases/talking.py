"""What is heard and said, with a bot that behaves as it is asked to."""

from __future__ import annotations

from itertools import pairwise

import anyio

from ..bench import Bench
from ..case import ASSUMED, DOCUMENTED, SAMPLE, case, holds
from ..speech import utterance
from ..watch import Came
from ..wire import FRAME, Wire

RATE = 8000
ONE = 1.0  # seconds: the bot's answer
ROOM = 0.3  # seconds of audio, for frames that are filled up with silence
PATIENCE = 5.0  # seconds for what a bot has to begin with
LEAD = 8.0  # seconds of audio that a server may be ahead; what it cannot take back is more
QUIET = (0xFF, 0x7F)  # the two zeros of mu-law


def seconds(came: list[Came]) -> float:
    return sum(each.size for each in came) / RATE


async def talking(wire: Wire, behaviour: str) -> None:
    """Opens it, with a bot of that behaviour."""
    await wire.opened(inputVariables={"conformance": behaviour})


async def until_heard(wire: Wire, least: float, *, behind: int | None = None) -> None:
    """Until that many seconds of the bot's audio have come, after the first `behind` messages of it, else
    since now. Audio may have come with the answer that was waited for before."""
    before = len(wire.watch.of("audio")) if behind is None else behind
    with anyio.move_on_after(PATIENCE):
        while seconds(wire.watch.of("audio")[before:]) < least:
            await wire.inbox.changed()
        return
    came = seconds(wire.watch.of("audio")[before:])
    holds(False, f"{least:g} s of audio within {PATIENCE:g} s", came)


async def speak(wire: Wire, size: int = len(FRAME)) -> None:
    """An utterance in real time, with silence behind it."""
    audio = utterance()
    for at in range(0, len(audio), size):
        await wire.send_raw(audio[at : at + size])
        await anyio.sleep(size / RATE)


def after(wire: Wire, kind: str) -> list[Came]:
    """The audio that came after the first of that kind."""
    everything = wire.watch.came
    at = next((index for index, each in enumerate(everything) if each.kind == kind), None)
    holds(at is not None, kind, [each.kind for each in everything if each.kind != "audio"])
    return [each for each in everything[at or 0 :] if each.kind == "audio"]


@case("B01", "speech stops the prompt: one barge_in, and nothing of that prompt behind it", DOCUMENTED,
      needs=("bot:talk",), long=True)  # fmt: skip
async def _b01(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "talk")
        await until_heard(wire, 1)
        await speak(wire)
        await anyio.sleep(2)
        count = len(wire.watch.of("barge_in"))
        holds(count == 1, "one barge_in", f"{count} of them")
        answer = seconds(after(wire, "barge_in"))
        holds(answer <= ONE + ROOM, "the second of audio that answers, no more", f"{answer:.2f} s")
        await wire.close()


@case("B02", "speech while nothing plays is no barge_in", DOCUMENTED, needs=("bot:quiet",), long=True)
async def _b02(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "quiet")
        await speak(wire)
        await anyio.sleep(1)
        holds(not wire.watch.of("barge_in"), "no barge_in", "one")
        holds(wire.watch.of("audio"), "an answer to what was said", "none")
        await wire.close()


@case("B03", "the next turn works whether the client tells the end of what it dropped or not", ASSUMED,
      needs=("bot:talk",), long=True)  # fmt: skip
async def _b03(bench: Bench) -> None:
    for plays in (True, False):
        async with bench.connect(plays=plays) as wire:
            await talking(wire, "talk")
            await until_heard(wire, 0.4)
            for _ in range(2):  # the first interrupts, the second asks again
                before = len(wire.watch.of("audio"))
                await wire.send("dtmf", {"digit": "1"})
                await until_heard(wire, ONE - ROOM, behind=before)
                await anyio.sleep(ONE + ROOM)
            await wire.close()


@case("B04", "two interruptions in a row: one barge_in for each prompt at most", DOCUMENTED,
      needs=("bot:talk",))  # fmt: skip
async def _b04(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "talk")
        await until_heard(wire, 0.4)
        await wire.send("dtmf", {"digit": "1"})
        await anyio.sleep(0.1)
        await wire.send("dtmf", {"digit": "2"})
        await anyio.sleep(1.5)
        kinds = [each.kind for each in wire.watch.of("barge_in", "audio")]
        doubled = any(pair == ("barge_in", "barge_in") for pair in pairwise(kinds))
        holds(not doubled, "audio between two barge_in", kinds)
        await wire.close()


@case("T03", "a key during a prompt interrupts it, or the prompt goes on; the call does in any case", SAMPLE,
      needs=("bot:talk",))  # fmt: skip
async def _t03(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "talk")
        await until_heard(wire, 0.4)
        await wire.send("dtmf", {"digit": "5"})
        await anyio.sleep(3)
        if wire.watch.of("barge_in"):
            answer = seconds(after(wire, "barge_in"))
            holds(answer <= ONE + ROOM, "the second of audio that answers, no more", f"{answer:.2f} s")
        await wire.alive()
        await wire.close()


@case("C07", "who hangs up in the middle of a prompt gets at most one more message of it", ASSUMED,
      needs=("bot:talk",))  # fmt: skip
async def _c07(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "talk")
        await until_heard(wire, 1)
        before = len(wire.audio)
        await wire.close()
        more = len(wire.audio) - before
        holds(more <= 1, "one message at most", f"{more} of them")


@case("D07", "audio that is ready long before is sent a little ahead of the ear, not more", ASSUMED,
      needs=("bot:talk",), long=True)  # fmt: skip
async def _d07(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "talk")
        await anyio.sleep(6)
        came = wire.watch.of("audio")
        holds(came, "audio", "none")
        sent, most = 0.0, 0.0
        for each in came:
            sent += each.size / RATE
            most = max(most, sent - (each.at - came[0].at))
        holds(most <= LEAD, f"at most {LEAD:g} s ahead", f"{most:.1f} s")
        holds(sent >= 5, "as much as has been played", f"{sent:.1f} s after 6 s")
        await wire.close()


@case("D08", "audio that comes slower than it is played is all sent, in few messages", ASSUMED,
      needs=("bot:slow",), long=True)  # fmt: skip
async def _d08(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "slow")
        await anyio.sleep(7)
        came = wire.watch.of("audio")
        sent = seconds(came)
        holds(4.0 - ROOM <= sent <= 4.0 + 5 * ROOM, "five times 0.8 s", f"{sent:.2f} s")
        holds(len(came) <= 30, "at most six messages for each 0.8 s", f"{len(came)} messages")
        await wire.close()


@case("D09", "digital silence is 0xFF in mu-law", "ITU-T G.711", needs=("bot:silence",))
async def _d09(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "silence")
        await until_heard(wire, 2.0 - ROOM, behind=0)
        odd = {byte for data in wire.audio for byte in data} - set(QUIET)
        holds(not odd, "nothing but 0xFF", f"bytes {sorted(odd)}")
        await wire.close()


@case("D12", "speech in frames of an odd size is understood", DOCUMENTED, needs=("bot:report",), long=True)
async def _d12(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "report")
        await speak(wire, size=777)
        await anyio.sleep(1.5)
        await understood(wire)


@case("D13", "speech in twenty seconds that come at once is understood", DOCUMENTED,
      needs=("bot:report",), long=True)  # fmt: skip
async def _d13(bench: Bench) -> None:
    async with bench.connect(plays=True) as wire:
        await talking(wire, "report")
        audio = utterance().ljust(160_000, b"\xff")
        for at in range(0, len(audio), 64_000):
            await wire.send_raw(audio[at : at + 64_000])
        await wire.alive()
        await anyio.sleep(3)
        await understood(wire)


async def understood(wire: Wire) -> None:
    outputs = await report(wire)
    holds(
        outputs.get("utterances") not in (None, "", "0"), "one utterance or more", outputs.get("utterances")
    )


async def report(wire: Wire) -> dict[str, str]:
    """The bot's output variables, once it is asked for them."""
    await wire.send("dtmf", {"digit": "#"})
    ended = (await wire.expect("disconnect"))["parameters"]
    holds(ended["reason"] == "completed", "reason completed", ended)
    await wire.close("disconnect")
    outputs: dict[str, str] = ended.get("outputVariables", {})
    return outputs
