"""How often a turn goes from one module of Switchhook into another: chains of thin delegation show here.

Counted in memory, on a virtual clock, with an assistant and engines of `switchhook.testing`: from a final
transcript until a voice is asked for the answer, in all the tasks that it wakes, and without what is only
done for an events file. `steps.py` prints and holds the count.
"""

from __future__ import annotations

import sys
from collections import Counter
from types import FrameType
from typing import Any

import anyio
from trio.testing import MockClock

import switchhook_responses.text
from switchhook.testing import MemoryAssistant, Talk, a_call

QUIET = 0.01  # seconds of virtual time in which all that a turn wakes has been done

Crossings = Counter[str]  # by "caller > called"


def module_of(frame: FrameType | None) -> str:
    return str(frame.f_globals.get("__name__", "")) if frame is not None else ""


def is_ours(module: str) -> bool:
    return module.partition(".")[0].startswith("switchhook")


async def of_a_turn(talk: Talk) -> Crossings:
    crossings: Crossings = Counter()
    said = len(talk.tts.texts)

    def count(frame: FrameType, event: str, _value: Any) -> None:
        if event != "call" or len(talk.tts.texts) > said:
            return
        source, target = module_of(frame.f_back), module_of(frame)
        if source != target and is_ours(source) and is_ours(target):
            crossings[f"{source} > {target}.{frame.f_code.co_qualname}"] += 1

    talk.say("what is my balance")
    sys.setprofile(count)
    try:
        await anyio.sleep(QUIET)
    finally:
        sys.setprofile(None)
    return crossings


async def _counted() -> Crossings:
    assistant = MemoryAssistant(lambda turn: [f"answer {turn.number}"])
    async with a_call(assistant, plugins=[switchhook_responses.text]) as talk:
        while talk.call.busy or not talk.turns:
            await anyio.sleep(0.5)
        talk.call._events_file = None  # noqa: SLF001  # a server has none unless it is asked for
        await anyio.sleep(QUIET)
        return await of_a_turn(talk)


def counted() -> Crossings:
    return anyio.run(_counted, backend="trio", backend_options={"clock": MockClock(autojump_threshold=0)})
