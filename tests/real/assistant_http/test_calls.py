"""Whole calls with a web service that breaks, or breaks rules: reported, and the call goes on."""

import re
from contextlib import asynccontextmanager

import anyio
import pytest
from aiohttp import web

from switchhook.call.record.masking import Mask
from switchhook.testing import MemoryAssistant, MemoryTextToSpeech, a_call
from switchhook_responses import connect_to_agent, dtmf, end_session, text, user_defined

from ..assistants import until
from .conftest import Stream

pytestmark = pytest.mark.anyio

PLUGINS = [connect_to_agent, dtmf, end_session, text, user_defined]
CARD = "4111111111111111"


@asynccontextmanager
async def talking(line, *others, **more):
    tts = MemoryTextToSpeech(seconds=0.02)
    given = {"assistants": (line.assistant, *others), "plugins": PLUGINS, "tts": tts, **more}
    async with a_call(line.assistant, **given) as talk:
        with anyio.fail_after(15):
            await until(lambda: talk.heard() == ["Hello."])
            yield talk


def answering(odd):
    """Greets, and gives what is odd to the second turn."""

    def answers(asked):
        turn = asked.body["turn"]
        if turn["kind"] == "start":
            return ["Hello."]
        return odd() if turn["number"] == 2 else [f"You said {turn['text']}."]

    return answers


BREAKING = {
    "a page": (lambda: web.Response(text="<html></html>", content_type="text/html"), "unreadable answer"),
    "ten megabytes": (lambda: ["x" * 10_000_000], "unreadable answer"),
    "ten megabytes in lines": (lambda: Stream(["x" * 1_000_000] * 10), "unreadable answer"),
    "silence": (lambda: Stream([30.0]), "no answer in time"),
    "an error": (lambda: web.Response(status=500), "status 500"),
}


@pytest.mark.parametrize(("odd", "reason"), BREAKING.values(), ids=BREAKING)
async def test_a_service_that_breaks_is_reported_and_the_call_goes_on(bot, odd, reason):
    script = MemoryAssistant(lambda turn: [f"I have heard {turn.text}."])
    async with bot(answering(odd), timeout=0.5) as line, talking(line, script) as talk:
        talk.say("my balance")
        await until(lambda: "I have heard my balance." in talk.heard())
        assert talk.call.record_writer.record.faults[0]["error"] == reason
        talk.say("thanks")
        await until(lambda: len(talk.heard()) >= 3)


async def test_a_service_that_streams_for_ever_is_cut_and_the_call_goes_on(bot, caplog):
    endless = lambda: Stream(f"{number}." for number in range(10**9))  # noqa: E731
    async with bot(answering(endless)) as line, talking(line) as talk:
        talk.say("hi")
        await until(lambda: "too long" in caplog.text)
        talk.say("stop")
        await until(lambda: talk.heard()[-1] == "You said stop.")


RULES = {
    "hands over to whom it likes": {
        "response_type": "connect_to_agent",
        "transfer_info": {"target": {"queue": {"name": "ceo"}}},
    },
    "hands over to nobody named": {"response_type": "connect_to_agent"},
    "hands over by a command": {
        "response_type": "user_defined",
        "user_defined": {"vgwAction": {"command": "vgwActTransfer", "parameters": {"transferTarget": "ceo"}}},
    },
    "sets an output at the end": {
        "response_type": "end_session",
        "channel_options": {"genesys_audio_connector": {"output_variables": {"vip": "yes"}}},
    },
}


@pytest.mark.parametrize("response", RULES.values(), ids=RULES)
async def test_a_service_that_leaves_its_list_is_reported_and_the_call_goes_on(bot, caplog, response):
    allow = {"hand_over": ["billing"], "variables": ["topic"]}
    async with bot(answering(lambda: [response, "Done."]), allow=allow) as line, talking(line) as talk:
        talk.say("do it")
        await until(lambda: talk.heard()[1:] == ["Done."])
        assert "that it may not" in caplog.text
        talk.say("hi")
        await until(lambda: talk.heard()[2:] == ["You said hi."])


async def test_a_service_that_is_always_due_again_comes_to_an_end(bot):
    """It asks for another turn with each answer, as a model calls tools in a circle."""

    def answers(asked):
        return {"responses": ["Hello."] if asked.body["turn"]["number"] == 1 else [], "follow_up": True}

    async with bot(answers) as line, talking(line) as talk:
        await anyio.sleep(1)
        assert len(line.asked) < 100
        assert talk.call.record_writer.record.turns


async def test_a_card_that_is_repeated_stands_in_no_record_and_no_log(bot, caplog):
    caplog.set_level("DEBUG")
    collect = {"type": "collect", "parameters": {"count": 16, "sensitive": True}}

    def answers(asked):
        turn = asked.body["turn"]
        if turn["kind"] == "start":
            return ["Hello.", {"response_type": "dtmf", "command_info": collect}]
        return [f"Your card is {turn['text'] or 'known'}, thank you."]

    shown = Mask(["transcripts", "digits", "variables"])
    async with bot(answers, tell=["sensitive"]) as line, talking(line, mask=shown) as talk:
        for key in CARD:
            talk.leg.press(key)
        await until(lambda: any("thank you" in each for each in talk.heard()))
        assert CARD in re.sub(r"\D", "", "".join(talk.heard()))
        assert "thank you" in talk.call.record_writer.record.line()
        assert CARD not in talk.call.record_writer.record.line() + caplog.text
