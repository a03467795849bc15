"""Calls whose engines fail in every way: what the caller hears, how soon, and how each call ends."""

from itertools import product

import pytest
from trio.testing import MockClock

from switchhook import LegInfo
from switchhook.call.bot import Bot, Tongue
from switchhook.call.dialogue.limits import Limits
from switchhook.call.engine import engines_of
from switchhook.call.prompt_cache.cache import PromptCache
from switchhook.serving.drivers.warming import warmed
from switchhook.testing.talk import a_call

from .actors import FAILURE, NO_FAULT, WAITING, WORDS, Assistant, Caller, Ear, Fault, Voice

pytestmark = pytest.mark.anyio

OUTCOMES = ("failed", "hung_up")
LANGUAGES = ("", "en-us", "EN_gb", "es", "es-ES", "es_mx", "ES-us", "pl-PL", "xx", "no tag")


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


FAULTS = [
    Fault(backend, phase, kind, nth)
    for backend in ("stt", "tts", "assistant")
    for phase, kind, nth in product(("open", "first", "middle"), ("error", "silence"), (1, 2))
    # an engine that goes silent in the middle of listening has to find that out itself
    if not (backend == "stt" and phase != "open" and kind == "silence")
]


def engines_for(fault, spare, language):
    """Of each kind one with that fault, and one without; those who hear and speak know that language only."""
    faults = (fault, NO_FAULT)[: 1 + spare]
    assistants, ears, voices = map(Assistant, faults), list(map(Ear, faults)), list(map(Voice, faults))
    for ear in ears:
        ear.languages = (language,)
    for voice in voices:
        voice.languages = (language,)
    return {
        "assistants": engines_of("assistant", assistants),
        "recognisers": engines_of("stt", ears),
        "voices": engines_of("tts", voices),
    }


async def faulted(fault, spare, pause=1.0, language=""):
    """How long the caller waited for a sound, at the longest, the outcome, and how often he spoke."""
    texts = {"failure_text": FAILURE, "waiting_text": WAITING}
    engines = engines_for(fault, spare, "en-US")
    spanish = Tongue("es", **engines_for(fault, spare, "es-ES"), **texts)
    caller, cache = Caller(pause), PromptCache(memory=1_000_000, disk=0)
    caller.leg.info = LegInfo("leg-1", "test", language=language)
    limits = Limits(no_input=2)
    shown = Bot("warm", hooks=None, **engines, further=(spanish,), **texts)
    async with (
        warmed(cache, [shown]),
        a_call(
            engines["assistants"][0].driver,
            leg=caller.leg,
            limits=limits,
            further=(spanish,),
            cache=cache,
            **engines,
            **texts,
        ) as talk,
    ):
        await caller.call(talk)
        if talk.record is None:
            caller.leg.close()
        record = await talk.over()
    return max(caller.waits, default=0.0), record.outcome, caller.spoken


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault)))
@pytest.mark.parametrize("spare", [False, True], ids=["alone", "spare"])
async def test_something_is_heard_soon(fault, spare):
    waited, outcome, _ = await faulted(fault, spare)
    assert waited <= 3.0
    assert outcome in OUTCOMES


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault)))
@pytest.mark.parametrize("language", ["es-mx", "pl_PL"])
async def test_something_is_heard_soon_in_any_language(fault, language):
    waited, outcome, _ = await faulted(fault, True, language=language)
    assert waited <= 3.0
    assert outcome in OUTCOMES


# a silent assistant may be thinking, and no other can take its place: the waiting text covers it
SOON = [fault for fault in FAULTS if (fault.backend, fault.kind) != ("assistant", "silence")]


@pytest.mark.parametrize("fault", SOON, ids=lambda fault: "-".join(map(str, fault)))
async def test_a_spare_engine_goes_on_within_a_second(fault):
    undisturbed, *_ = await faulted(NO_FAULT, spare=True)
    waited, outcome, spoken = await faulted(fault, spare=True)
    assert (waited - undisturbed <= 1.0, outcome, spoken) == (True, "hung_up", WORDS)
