"""What the record of a call sums up, in virtual time."""

import anyio
import pytest

from switchhook import AssistantError, ReplyContext, SpeechError
from switchhook.call.prompt_cache.cache import PromptCache
from switchhook.testing import MemoryAssistant, a_call

pytestmark = pytest.mark.anyio


def parrot(**more):
    return MemoryAssistant(lambda turn: [turn.text or "welcome"], **more)


async def record_of(talk):
    talk.leg.close()
    return await talk.over()


async def test_each_prompt_that_the_caller_interrupted_counts():
    async with a_call(parrot()) as talk:
        for text in ("one", "two", "three"):
            await talk.wait(1)
            talk.say(text)
        await talk.wait(5)
        assert (await record_of(talk)).barge_ins == 3


async def test_speech_after_a_prompt_interrupts_nothing():
    async with a_call(parrot()) as talk:
        await talk.wait(5)
        talk.say("one")
        await talk.wait(5)
        assert (await record_of(talk)).barge_ins == 0


async def test_pauses_are_counted_and_one_that_is_told_again_is_the_same():
    async with a_call(parrot()) as talk:
        await talk.wait(5)
        for _ in range(2):
            talk.leg.pause_caller()
            talk.leg.pause_caller()
            await talk.wait(10)
            talk.leg.resume_caller()
        assert (await record_of(talk)).pauses == 2


async def test_a_spare_engine_that_took_over_counts():
    broken = MemoryAssistant(lambda _: [AssistantError("x", reason="gone")])
    async with a_call(broken, assistants=(broken, parrot())) as talk:
        await talk.wait(5)
        record = await record_of(talk)
    assert (record.failovers, record.outcome) == (1, "hung_up")


async def test_usage_is_summed_over_the_turns():
    usage = {"prompt_tokens": 40}
    async with a_call(parrot(context=lambda _: ReplyContext(usage=usage))) as talk:
        await talk.wait(5)
        talk.say("one")
        await talk.wait(5)
        assert (await record_of(talk)).usage == {"prompt_tokens": 80}


async def test_the_seconds_that_recognition_was_given_are_known():
    async with a_call(parrot()) as talk:
        await talk.wait(1)
        talk.leg.speak(bytes(8000 * 3))
        await talk.wait(4)
        assert (await record_of(talk)).recognized == 3.0


async def test_what_a_second_recognition_hears_again_counts_again():
    async with a_call(parrot()) as talk:
        await talk.wait(1)
        talk.leg.speak(bytes(8000 * 3))
        await talk.wait(4)
        talk.stt.hear(SpeechError("gone", reason="gone"))
        await talk.wait(4)
        record = await record_of(talk)
    assert (record.recognized, record.caller_audio) == (6.0, 3.0)


async def test_the_characters_that_voices_were_asked_for_are_known():
    async with a_call(parrot()) as talk:
        await talk.wait(5)
        talk.say("hello")
        await talk.wait(5)
        assert (await record_of(talk)).synthesized == len("welcome") + len("hello")


async def test_what_the_prompt_cache_has_costs_no_characters():
    cache = PromptCache(memory=1_000_000, disk=0)

    async def synthesized():
        async with a_call(parrot(), cache=cache) as talk:
            await talk.wait(5)
            return (await record_of(talk)).synthesized

    async with anyio.create_task_group() as group, cache.running():
        assert (await synthesized(), await synthesized()) == (len("welcome"), 0)
        group.cancel_scope.cancel()
