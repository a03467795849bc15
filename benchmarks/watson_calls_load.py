"""The callers of `watson_calls.py`: `python benchmarks/watson_calls_load.py KIND URL CALLS`.

"callers" speak AudioHook: each hears the greeting, speaks seven words, hears the answer to its end, and so
on. Prints "ready" when all have been greeted. A line on standard input lets each end its turn and hang up;
then it prints what they said and heard. "bare" are those of `relay_load.py`. Ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from contextlib import AsyncExitStack

import anyio
import relay_load
from process import LOOP
from watson_calls_caller import Talker
from watson_calls_engines import VARIABLE

from switchhook_audiohook.protocol import ClientSession

RAMP = 8.0  # seconds in which all calls begin: two turns, so that turns are spread evenly too


async def call(url: str, number: int, later: float, callers: dict[int, Talker]) -> None:
    await anyio.sleep(later)
    ids = [str(uuid.uuid4()) for _ in range(3)]
    caller = callers[number] = Talker(ClientSession(ids[0], time.monotonic), number)
    async with AsyncExitStack() as stack:
        await relay_load.dial(stack, url, caller, ids, {VARIABLE: str(number)})
        await caller.ready.wait()
        caller.speak(asyncio.get_running_loop().time())
        await caller.over.wait()


def told_to_end() -> asyncio.Event:
    ending = asyncio.Event()

    def read() -> None:
        if not sys.stdin.readline():
            sys.exit()
        ending.set()

    asyncio.get_running_loop().add_reader(sys.stdin, read)
    return ending


async def talk(url: str, calls: int) -> None:
    ending, callers = told_to_end(), dict[int, Talker]()
    async with anyio.create_task_group() as group:
        for number in range(calls):
            group.start_soon(call, url, number, RAMP * number / calls, callers)
        await anyio.sleep(RAMP)
        for number in range(calls):
            await callers[number].greeted.wait()
        print("ready", flush=True)
        await ending.wait()
        for caller in callers.values():
            caller.ending = True
    print(json.dumps({number: result(caller) for number, caller in callers.items()}), flush=True)


def result(caller: Talker) -> dict[str, object]:
    names = ("spoken", "turns", "whole", "fillers", "waits", "problem")
    return {name: getattr(caller, name) for name in names}


if __name__ == "__main__":
    kind, url, calls = sys.argv[1:]
    if kind == "bare":
        anyio.run(relay_load.main, kind, url, int(calls), backend_options=LOOP)
    else:
        anyio.run(talk, url, int(calls), backend_options=LOOP)
