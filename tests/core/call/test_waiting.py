"""What the caller hears while an answer takes long."""

import pytest

from switchhook import AssistantError
from switchhook.call.dialogue.limits import Limits
from switchhook.testing import MemoryAssistant
from switchhook.testing.talk import a_call

pytestmark = pytest.mark.anyio

LIMITS = Limits(waiting=2.0, waiting_again=8.0, reply=60.0)


def slow(seconds, answer="here it is"):
    """Greets at once and takes its time for what comes then."""
    return MemoryAssistant(lambda turn: ["welcome"] if turn.number == 1 else [seconds, answer])


async def asked(talk):
    await talk.wait(3)
    talk.say("what is my balance")


async def test_an_answer_that_takes_long_is_announced():
    async with a_call(slow(3.0), waiting_text="wait", limits=LIMITS) as talk:
        await asked(talk)
        await talk.wait(1.9)
        assert talk.tts.texts == ["welcome"]
        await talk.wait(0.2)
        assert talk.tts.texts == ["welcome", "wait"]
        await talk.wait(5)
        assert talk.heard() == ["welcome", "wait", "here it is"]


async def test_an_answer_in_time_is_not():
    async with a_call(slow(1.9), waiting_text="wait", limits=LIMITS) as talk:
        await asked(talk)
        await talk.wait(6)
        assert talk.heard() == ["welcome", "here it is"]


async def test_it_is_said_again_but_not_all_the_time():
    async with a_call(slow(21.0), waiting_text="wait", limits=LIMITS) as talk:
        await asked(talk)
        await talk.wait(20.9)
        assert bytes(talk.leg.ear).count(talk.tts.sound("wait") * 16_000) == 2


async def test_nothing_is_said_without_a_text():
    async with a_call(slow(5.0), limits=LIMITS) as talk:
        await asked(talk)
        await talk.wait(10)
        assert talk.heard() == ["welcome", "here it is"]


async def test_the_caller_may_speak_into_it_and_still_hears_the_answer():
    async with a_call(slow(4.0), waiting_text="wait", limits=LIMITS) as talk:
        await asked(talk)
        await talk.wait(2.5)
        talk.say("fine", final=False)
        await talk.wait(0.1)
        assert len(talk.leg.flushes) == 1
        talk.say("")
        await talk.wait(4)
        assert talk.heard()[-1] == "here it is"
        assert len(talk.turns) == 2


async def test_who_pressed_a_key_in_it_interrupted_no_reply():
    async with a_call(slow(4.0), waiting_text="wait", limits=LIMITS) as talk:
        await asked(talk)
        await talk.wait(2.5)
        talk.leg.press("1")
        await talk.wait(6)
        assert talk.turns[2].barged_in is False


async def test_a_failure_is_said_and_no_waiting_after_it():
    answer = MemoryAssistant(lambda turn: [3.0, AssistantError("x", reason="gone")])
    async with a_call(answer, waiting_text="wait", limits=LIMITS) as talk:
        await talk.over()
        assert talk.heard() == ["wait", "sorry"]
