"""How many calls a frame and a turn take, counted in memory: the figures do not depend on the machine.

`python benchmarks/steps.py [-v]` prints two lines. A frame: calls of functions from the leg's `audio` to the
recogniser's `feed`, both counted. A turn: calls from one module of Switchhook into another, from a final
transcript until a voice is asked for the answer, in all the tasks that it wakes.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import anyio
from trio.testing import MockClock

import switchhook_responses.text
from switchhook.testing import MemoryAssistant, Talk, a_call

FRAME = b"\x01" * 1600  # 200 ms
QUIET = 0.01  # seconds of virtual time in which all that a turn wakes has been done

Profile = Callable[[FrameType, str, Any], None]


@contextmanager
def profiled(profile: Profile) -> Iterator[None]:
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(None)


def module_of(frame: FrameType | None) -> str:
    return str(frame.f_globals.get("__name__", "")) if frame is not None else ""


def is_ours(module: str) -> bool:
    return module.partition(".")[0].startswith("switchhook")


async def quiet(talk: Talk) -> None:
    while talk.call.busy or not talk.turns:
        await anyio.sleep(0.5)
    await anyio.sleep(QUIET)


def calls_of_a_frame(talk: Talk) -> int:
    calls = 0

    def count(_frame: FrameType, event: str, _value: Any) -> None:
        nonlocal calls
        calls += event == "call"

    talk.leg.speak(FRAME)  # what is made once is made
    sink = talk.call
    sys.setprofile(count)  # in place: to leave a context takes calls too
    sink.audio(FRAME)
    sys.setprofile(None)
    return calls


async def calls_of_a_turn(talk: Talk) -> Counter[tuple[str, str]]:
    """By caller and called."""
    crossings: Counter[tuple[str, str]] = Counter()
    said = len(talk.tts.texts)

    def count(frame: FrameType, event: str, _value: Any) -> None:
        if event != "call" or len(talk.tts.texts) > said:
            return
        source, target = module_of(frame.f_back), module_of(frame)
        if source != target and is_ours(source) and is_ours(target):
            crossings[source, target] += 1

    talk.say("what is my balance")
    with profiled(count):
        await anyio.sleep(QUIET)
    return crossings


async def measure(*, verbose: bool) -> None:
    plugins = [switchhook_responses.text]
    assistant = MemoryAssistant(lambda turn: [f"answer {turn.number}"])
    async with a_call(assistant, plugins=plugins) as talk:
        await quiet(talk)
        print(f"a frame: {calls_of_a_frame(talk)} calls")
        crossings = await calls_of_a_turn(talk)
    if verbose:
        for (source, target), number in crossings.most_common():
            print(f"{number:5}  {source} > {target}")
    print(f"a turn: {crossings.total()} calls between modules")


if __name__ == "__main__":
    options = {"clock": MockClock(autojump_threshold=0)}
    anyio.run(lambda: measure(verbose="-v" in sys.argv), backend="trio", backend_options=options)
