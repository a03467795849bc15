"""The offline voices under texts of any kind, while twenty other calls are spoken to.

`python benchmarks/voices.py` prints a table in Markdown. Each line is measured in a process of its own: a
text of 10 kB is made as fast as it can be, twice, while twenty callers hear ordinary sentences as they are
spoken.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import anyio

from switchhook import AudioFormat, SpeechError, TextToSpeech, load_voice

LINE = AudioFormat("PCM", 8000)
SIZE = 10_000  # bytes: the most that a voice is given
CALLS = 20
TICK = 0.005  # seconds between looks at the clock
LONGEST = 3.0  # seconds after which a text is left

PROMPTS = (
    "Please enter your personal identification number, followed by the pound key.",
    "I am sorry, I did not understand that. Please try again.",
    "Your card has been blocked. A new one is on its way.",
)
REPEATED = {
    "sentences": " ".join(PROMPTS) + " ",
    "words without punctuation": "please enter your personal identification number and the pound key ",
    "a link": "https://example.com/a/Report%20Q3.pdf?X-Amz-Signature=d9f3b2a1c07e5f48AQWZX&",
    "one word": "qxzv",
    "digits": "7777777777",
    "amounts": "$7,777,777.77 ",
    "dates and times": "2027-11-27 11:37:17 ",
    "capitals": "QXZW ",
    "signs": "% + = & < # ",
    "signs in a row": "%+/&<#",
    "letters and digits": "a1",
    "fractions": "½",
    "full-width": "番号をご入力ください、その後シャープを押してください。",
    "accents": "é",
    "emoji": "😀 ",
    "exclamations": "! ",
}


def text_of(kind: str) -> str:
    return "".join(islice(cycle(REPEATED[kind]), SIZE)).encode()[:SIZE].decode(errors="ignore")


def memory(field: str) -> float:
    """MB of this process and of those it started."""
    own = Path("/proc/self")
    children = (own / "task" / own.resolve().name / "children").read_text().split()
    files = [own / "status", *(Path("/proc", child, "status") for child in children)]
    lines = [line for file in files for line in file.read_text().splitlines() if line.startswith(field)]
    return sum(int(line.split()[1]) for line in lines) / 1024


async def listen(voice: TextToSpeech, number: int) -> None:
    """A caller who hears each prompt to its end before the next."""
    for prompt in islice(cycle(PROMPTS), number, None):
        async with voice.synthesize(prompt, LINE, "en-US", {}) as chunks:
            async for chunk in chunks:
                await anyio.sleep(LINE.seconds(len(chunk)))


async def watch(late: list[float]) -> None:
    while True:
        due = time.monotonic() + TICK
        await anyio.sleep(TICK)
        late.append(max(0.0, time.monotonic() - due))


async def speak(voice: TextToSpeech, text: str) -> tuple[float, float]:
    """Seconds until the first sound, and of all sound made; an engine may refuse the text."""
    began, first, seconds = time.monotonic(), float("nan"), 0.0
    try:
        with anyio.move_on_after(LONGEST):
            async with voice.synthesize(text, LINE, "en-US", {}) as chunks:
                async for chunk in chunks:
                    first = first if first == first else time.monotonic() - began  # noqa: PLR0124  # NaN
                    seconds += LINE.seconds(len(chunk))
    except SpeechError as error:
        print(f"{error}", file=sys.stderr)
    return first, seconds


async def measure(name: str, kind: str) -> dict[str, float]:
    voice, late = load_voice(name), list[float]()
    await speak(voice, PROMPTS[0])
    rest = memory("VmRSS")
    async with anyio.create_task_group() as group:
        for number in range(CALLS):
            group.start_soon(listen, voice, number)
        await anyio.sleep(2.0)  # they do not begin together for ever
        group.start_soon(watch, late)
        first, seconds = await speak(voice, text_of(kind))
        again, _ = await speak(voice, text_of(kind))
        group.cancel_scope.cancel()
    late.sort()
    return {
        "first": max(first, again),
        "seconds": seconds,
        "memory": memory("VmHWM") - rest,
        "late": late[int(0.99 * len(late))],
    }


def rows(names: list[str]) -> Iterator[str]:
    yield "| voice | 10 kB of | first sound | memory above rest | event loop late, p99 |"
    yield "| --- | --- | --- | --- | --- |"
    for name in names:
        for kind in REPEATED:
            done = subprocess.run([sys.executable, __file__, name, kind], stdout=subprocess.PIPE, check=True)
            figures = json.loads(done.stdout)
            first = f"{figures['first']:.2f} s" if figures["seconds"] else "no sound"
            memory, late = f"{figures['memory']:.0f} MB", f"{1000 * figures['late']:.0f} ms"
            yield f"| `{name}` | {kind} | {first} | {memory} | {late} |"


def main(arguments: list[str]) -> None:
    """Two arguments, a voice and a kind of text: only that is measured, here."""
    if len(arguments) == 2:
        print(json.dumps(anyio.run(measure, arguments[0], arguments[1])))
        return
    for row in rows(["hibari", "pico"]):
        print(row, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
