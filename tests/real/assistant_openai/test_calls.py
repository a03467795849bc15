"""Whole calls with a model, in real time: speech and line are in memory, and short."""

from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call
from switchhook_testing_openai import Answer, Fault

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def talking(line, *others, seconds=0.05, **more):
    """A call whose prompts last that long."""
    tts = MemoryTextToSpeech(seconds=seconds)
    assistants = (line.assistant, *others)
    async with a_call(line.assistant, tts=tts, assistants=assistants, **more) as talk:
        with anyio.fail_after(10):
            yield talk


async def until(true):
    with anyio.fail_after(5):
        while not true():
            await anyio.sleep(0.005)


async def test_a_caller_is_answered_by_the_model(model):
    async with model(greeting="Hello.") as line, talking(line) as talk:
        await until(lambda: talk.heard() == ["Hello."])
        talk.say("my balance")
        await until(lambda: talk.heard() == ["Hello.", "You said my balance."])
        assert talk.call.record_writer.record.turns[1].usage["completion_tokens"] == 4


async def test_when_a_model_fails_the_next_assistant_answers(model):
    script = MemoryAssistant(lambda turn: [f"Nobody is here for {turn.text}."])
    async with model(greeting="Hello.") as line, talking(line, script) as talk:
        await until(lambda: talk.heard() == ["Hello."])
        line.faults.append(Fault("status", 400))
        talk.say("my balance")
        await until(lambda: talk.heard()[1:] == ["Nobody is here for my balance."])
        (fault,) = talk.call.record_writer.record.faults
        assert fault["error"] == "status 400"


async def test_when_a_model_fails_the_next_one_goes_on_with_the_talk(model, assistant):
    async with model(greeting="Hello.") as line:
        other = assistant(line.emulated, model="other")
        async with talking(line, other) as talk:
            await until(lambda: talk.heard() == ["Hello."])
            talk.say("my name is Ann")
            await until(lambda: len(talk.heard()) == 2)
            line.faults.append(Fault("status", 400))
            talk.say("my balance")
            await until(lambda: talk.heard()[2:] == ["You said my balance."])
            assert line.asked[-1].body["model"] == "other"
            assert line.asked[-1].said("assistant") == "Hello.\nYou said my name is Ann."
        await other.aclose()


async def test_a_caller_who_interrupts_is_answered_at_once_and_the_model_knows_what_he_heard(model):
    def answers(asked):
        if "stop" in asked.last["content"]:
            return "Yes."
        return Answer(["Your balance is ten euros and five cents. And", 30.0, " more."])

    async with model(answers, greeting="Hello.") as line, talking(line, seconds=1.0) as talk:
        await until(lambda: talk.leg.ear)
        talk.say("my balance")
        await until(lambda: "Your balance is ten euros and five cents." in talk.heard())
        await anyio.sleep(0.4)
        talk.say("stop")
        await until(lambda: len(line.asked) == 2)
        assert line.emulated.left == 1
        told = line.asked[-1].said("assistant")
        assert "Your" in told
        assert "cents" not in told
        await until(lambda: talk.heard()[-1] == "Yes.")
