"""How soon recorded people interrupt a prompt, and how often noise and listeners do: the table of
docs/benchmarks.md.

`python benchmarks/bargein.py` hears every clip of tests/data/speech in real time, four at once. What
listeners say in between ("mhm", "okay") is spoken by the offline voices: there are no recordings of it.
"""

from __future__ import annotations

import random
import statistics
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path

import anyio

from switchhook import AudioFormat, SpeechToText, Transcript, load_audio, load_recogniser, load_voice
from switchhook.call.dialogue.barge_in import BargeIn, words_of
from switchhook.tools.tune import Moment, interruptions, listen, usual

CLIPS = Path(__file__).parents[1] / "tests/data/speech"
LINE = AudioFormat()
AT_ONCE = 4
NOISE = 100.0  # seconds of each kind
ASIDES = ("mhm", "uh huh", "okay", "yeah", "right", "I see", "sure", "yes", "all right", "hmm")
ALSO_HEARD = ("mm", "hm", "mm hmm", "um", "uh", "ok", "alright", "yep", "oh")  # as recognisers write them
LOUD = 800  # of 32,767: what counts as the onset of speech


def onset(samples: bytes) -> float:
    """Seconds until it is loud for the first time."""
    values = array("h", samples)
    return next((at for at, value in enumerate(values) if abs(value) > LOUD), 0) / LINE.rate


def white(seconds: float, loudness: int) -> bytes:
    chance = random.Random(7)  # the same noise each time
    return array("h", (round(chance.gauss(0, loudness)) for _ in range(int(seconds * LINE.rate)))).tobytes()


def noises() -> dict[str, bytes]:
    music = load_audio((CLIPS / "noise/music_morning_coffee.wav").read_bytes(), LINE.linear)
    times = round(NOISE / LINE.linear.seconds(len(music)))
    return {"music": music * times, "hiss, -40 dB": white(NOISE, 330), "hiss, -30 dB": white(NOISE, 1000)}


async def asides() -> dict[str, bytes]:
    """Each with a second of silence before it."""
    made = {}
    for name in ("hibari", "pico"):
        voice = load_voice(name)
        for text in ASIDES:
            async with voice.synthesize(f"{text}.", LINE.linear, "en-US", {}) as chunks:
                spoken = b"".join([chunk async for chunk in chunks])
            made[f"{text}, {name}"] = LINE.linear.silence(1.0) + spoken
    return made


def policies() -> Sequence[tuple[str, BargeIn]]:
    ignored = frozenset(words_of(text) for text in (*ASIDES, *ALSO_HEARD))
    return [
        *usual(),
        ("1 word, asides ignored", BargeIn(ignore=ignored)),
        ("voice, asides ignored and resumed", BargeIn(voice=True, ignore=ignored, resume=True)),
    ]


async def hear_all(engine: SpeechToText, sounds: dict[str, bytes]) -> dict[str, list[Moment]]:
    heard: dict[str, list[Moment]] = {}
    room = anyio.CapacityLimiter(AT_ONCE)

    async def one(name: str) -> None:
        async with room:
            heard[name] = await listen(engine, sounds[name], LINE, "en-US")
        print(f"{len(heard)} of {len(sounds)}: {name}", file=sys.stderr)

    async with anyio.create_task_group() as group:
        for name in sounds:
            group.start_soon(one, name)
    return heard


def rank(values: Sequence[float], part: float) -> float:
    return sorted(values)[max(0, -int(-part * len(values) // 1) - 1)]


def main() -> None:
    people = {
        path.name: load_audio(path.read_bytes(), LINE.linear) for path in sorted(CLIPS.glob("human/*.wav"))
    }
    other = noises()
    engine = load_recogniser("moonshine")
    spoken, noise = anyio.run(hear_all, engine, people), anyio.run(hear_all, engine, other)
    listeners = anyio.run(hear_all, engine, anyio.run(asides))
    seconds = sum(LINE.linear.seconds(len(each)) for each in other.values())
    print(
        "| policy | missed | onset to stop, p50 | p90 | false stops in 1,000 s of noise | asides that stop |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, policy in policies():
        found = {clip: interruptions(moments, policy) for clip, moments in spoken.items()}
        waits = [each[0].at - onset(people[clip]) for clip, each in found.items() if each]
        missed = 100 * (1 - len(waits) / len(people))
        false = sum(len(interruptions(moments, policy)) for moments in noise.values())
        times = f"{statistics.median(waits):.2f} s | {rank(waits, 0.9):.2f} s"
        stops = [each[0] for moments in listeners.values() if (each := interruptions(moments, policy))]
        taken_back = sum(not stop.kept for stop in stops)
        aside = f"{len(stops)} of {len(listeners)}" + (f", {taken_back} taken back" if taken_back else "")
        print(f"| {name} | {missed:.0f} % | {times} | {1000 * false / seconds:.1f} | {aside} |")
    words = [
        each.said.text for each in noise["music"] if isinstance(each.said, Transcript) and each.said.text
    ]
    said = {
        name: " ".join(m.said.text for m in moments if isinstance(m.said, Transcript) and m.said.final)
        for name, moments in listeners.items()
    }
    print(f"\nasides as they were heard: {said}", file=sys.stderr)
    print(f"\nheard in the music: {words[:5] or 'nothing'}", file=sys.stderr)


if __name__ == "__main__":
    main()
