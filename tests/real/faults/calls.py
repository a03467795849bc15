"""Calls through the Watson plugins whose services, or the way to them, fail: over real sockets, in virtual time."""

import os
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from math import inf
from urllib.parse import urlsplit

import anyio

from switchhook import load_assistant, load_recogniser, load_voice
from switchhook.call.bot import Bot
from switchhook.call.dialogue.limits import Limits
from switchhook.call.engine import engines_of
from switchhook.call.prompt_cache.cache import PromptCache
from switchhook.serving.drivers.warming import warmed
from switchhook.testing.talk import a_call
from switchhook_testing_watson import Fault, emulate

from ...faults.actors import FAILURE, MADE_OF, NO_FAULT, WAITING, Assistant, Caller, Ear, Voice
from .proxy import network

SERVICES = {"assistant": "assistant", "stt": "speech_to_text", "tts": "text_to_speech"}
LONGEST = 100.0  # seconds of one call
AT_ONCE = 24


@dataclass(frozen=True)
class Row:
    """`fault`: of the network ("refused", …), else a Fault of the emulators; `lasting`: not once but for good.
    It begins with the call for speech to text, whose connection lasts, else after the greeting."""

    backend: str
    name: str
    fault: Fault | str
    lasting: bool

    @property
    def id(self):
        return f"{self.backend}, {self.name}, {'for good' if self.lasting else 'once'}"


@dataclass
class Result:
    heard: list
    waited: float
    outcome: str
    reason: str
    faults: list
    spoken: int
    missing: int  # words that the caller said and nobody answered


@contextmanager
def credentials(name, service, emulated):
    """Where its tokens come from: the SDK reads that from the environment only."""
    variable = f"{name.upper()}_AUTH_URL"
    os.environ[variable] = emulated.iam_url
    try:
        yield {"service": name, "api_key": emulated.api_key, "ca": str(emulated.ca)}
    finally:
        del os.environ[variable]


@asynccontextmanager
async def watson(row, number):
    """The three engines, what goes wrong with them, and the network to the one that fails."""
    async with AsyncExitStack() as stack:
        emulated = await stack.enter_async_context(
            emulate(stt=Ear(NO_FAULT), tts=Voice(NO_FAULT), assistant=Assistant(NO_FAULT))
        )
        port = urlsplit(emulated.url).port
        net = await stack.enter_async_context(network("127.0.0.1", port))
        urls = {
            kind: emulated.assistant_url.replace(f":{port}", f":{net.port if kind == row.backend else port}")
            for kind in SERVICES
        }
        given = {
            kind: stack.enter_context(credentials(f"f{number}{kind}", kind, emulated)) | {"url": urls[kind]}
            for kind in SERVICES
        }
        ids = {"assistant_id": emulated.assistant_id, "environment_id": emulated.environment_id}
        engines = {
            "assistants": (load_assistant("watson", given["assistant"] | ids),),
            "recognisers": (load_recogniser("watson", given["stt"]),),
            "voices": (load_voice("watson", given["tts"]),),
        }
        for kind in ("assistants", "voices"):
            stack.push_async_callback(engines[kind][0].aclose)  # type: ignore[attr-defined]
        yield engines, emulated.behaviour, net


async def strike(row, behaviour, net):
    if isinstance(row.fault, str):
        await net.be(row.fault)
        if not row.lasting:
            await anyio.sleep(1.0)
            await net.be("")
        return
    faults = getattr(behaviour, SERVICES[row.backend])
    times = inf if row.lasting else 1
    faults.append(Fault(**{**vars_of(row.fault), "times": times}))


def vars_of(fault):
    return {name: getattr(fault, name) for name in fault.__slots__}


async def placed(row, number):
    """One call, from its first sound to its record."""
    async with watson(row, number) as (engines, behaviour, net), anyio.create_task_group() as group:
        cache, caller = PromptCache(memory=1_000_000, disk=0), Caller(1.0, 8 if row.lasting else 4)
        shown = Bot(
            "faulted",
            (),
            (),
            engines_of("tts", engines["voices"]),
            None,
            failure_text=FAILURE,
            waiting_text=WAITING,
        )
        early = row.backend == "stt"
        async with warmed(cache, [shown]):
            with anyio.fail_after(LONGEST):
                while len(cache._listed) < len(MADE_OF):  # until the texts are ready
                    await anyio.sleep(0.1)
            await anyio.sleep(0.5)  # and connections have settled
            if early:
                await begin(group, row, behaviour, net)
            more = {"waiting_text": WAITING, "failure_text": FAILURE, "cache": cache, **engines}
            async with a_call(None, leg=caller.leg, limits=Limits(no_input=2), **more) as talk:
                if not early:
                    group.start_soon(after_greeting, caller, row, behaviour, net)
                with anyio.move_on_after(LONGEST):
                    await caller.call(talk)
                if talk.record is None:
                    caller.leg.close()
                record = await talk.over()
        group.cancel_scope.cancel()
    answered = sum(turn.kind == "speech" for turn in record.turns)
    waited = max(caller.waits, default=0.0)
    return Result(
        caller.heard,
        waited,
        record.outcome,
        record.reason,
        record.faults,
        caller.spoken,
        caller.spoken - answered,
    )


async def begin(group, row, behaviour, net):
    if isinstance(row.fault, str) and row.lasting is False:
        group.start_soon(later, row, behaviour, net)
    else:
        await strike(row, behaviour, net)


async def later(row, behaviour, net):
    """In the middle of what the caller says."""
    await anyio.sleep(4.0)
    await strike(row, behaviour, net)


async def after_greeting(caller, row, behaviour, net):
    while not caller.waits:
        await anyio.sleep(0.05)
    await strike(row, behaviour, net)


async def all_placed(rows):
    """Some at once, for the sake of memory and open files."""
    results, room = {}, anyio.CapacityLimiter(AT_ONCE)

    async def one(row, number):
        async with room:
            results[row.id] = await placed(row, number)

    async with anyio.create_task_group() as group:
        for number, row in enumerate(rows):
            group.start_soon(one, row, number)
    await anyio.sleep(0.2)  # until the event loop has told every socket that it is closed
    return results
