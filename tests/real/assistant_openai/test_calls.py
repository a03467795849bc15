"""Whole calls with a model, in real time: speech and line are in memory, and short."""

from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from switchhook import load_assistant
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call
from switchhook.testing.conformance import check_assistant
from switchhook_responses import connect_to_agent, dtmf, end_session
from switchhook_testing_openai import Answer, Called, Fault

from ..assistants import until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def talking(line, *others, seconds=0.05, **more):
    """A call whose prompts last that long."""
    tts = MemoryTextToSpeech(seconds=seconds)
    assistants = (line.assistant, *others)
    async with a_call(line.assistant, tts=tts, assistants=assistants, **more) as talk:
        with anyio.fail_after(10):
            yield talk


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


async def test_a_model_hands_over_to_a_queue_that_the_flow_then_reads(model):
    asked = {"queue": "billing", "summary": "The bill is too high.", "intent": "dispute a bill"}
    answers = lambda _: Answer("I connect you.", [Called("hand_over", asked)])  # noqa: E731
    tools = {"hand_over": ["billing"]}
    async with (
        model(answers, greeting="Hello.", tools=tools) as line,
        talking(line, plugins=[connect_to_agent]) as talk,
    ):
        await until(lambda: talk.heard() == ["Hello."])
        talk.say("my bill")
        record = await talk.over()
        assert (record.outcome, talk.heard()[-1]) == ("handed_over", "I connect you.")
        assert talk.leg.outputs["wxa_transfer_target"] == "billing"
        assert talk.leg.outputs["wxa_agent_message"] == "The bill is too high."
        assert talk.leg.outputs["wxa_topic"] == "dispute a bill"


async def test_a_number_that_is_keyed_in_confidence_reaches_the_flow_and_not_the_model(model):
    def answers(asked):
        if "keyed" in asked.last["content"]:
            return Answer("Thank you.", [Called("end_call")])
        wanted = {"fewest": 4, "most": 4, "variable": "pin", "confidential": True}
        return Answer("Key your PIN.", [Called("collect_keys", wanted)])

    tools = {"collect_keys": True, "set_variables": ["pin"], "end_call": True}
    async with (
        model(answers, tools=tools) as line,
        talking(line, plugins=[dtmf, end_session]) as talk,
    ):
        await until(lambda: talk.heard() == ["Key your PIN."])
        for key in "4711":
            talk.leg.press(key)
        record = await talk.over()
        assert (record.outcome, talk.leg.outputs["pin"]) == ("completed", "4711")
        assert "[the caller keyed 4 keys, of which you are not told]" in line.asked[-1].last["content"]
        assert all("4711" not in str(asked.body) for asked in line.asked)
        assert "4711" not in record.line()


async def test_the_plugin_is_found_by_its_name_and_keeps_the_contract(model):
    async with model() as line:
        options = {
            "base_url": line.emulated.url,
            "model": "m",
            "api_key": "emulated-key",
            "instructions": "x",
        }
        found: Any = load_assistant("openai", options)
        await check_assistant(lambda: found)
        assert len(line.asked) > 1
