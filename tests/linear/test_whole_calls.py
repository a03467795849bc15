"""Calls in virtual time whose assistant says what nobody should: they go on, and others with them."""

import json
import sys

import pytest
import trio
import trio.testing

from switchhook import Annotate, Choice, Offer, ReplyContext, Say, SetVariables, hookimpl
from switchhook.call.dialogue.bounds import RESPONSES, SAID, TEXT
from switchhook.call.record.masking import Mask
from switchhook.testing import MemoryAssistant, a_call
from switchhook_responses import (
    connect_to_agent,
    dtmf,
    image,
    option,
    others,
    start_activities,
    text,
    user_defined,
)

pytestmark = pytest.mark.anyio
HANDLERS = (connect_to_agent, dtmf, image, option, others, start_activities, text, user_defined)
SHOWN = Mask(["transcripts", "digits", "variables"])
MOST_CALLED = 400_000  # functions of Python and C, in some 40 ms


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": trio.testing.MockClock(autojump_threshold=0)})


def said(text):
    return {"response_type": "text", "text": text}


def listed(*labels):
    return {"response_type": "option", "title": "Which?", "options": [{"label": each} for each in labels]}


def play_text(*texts):
    action = {"command": "vgwActPlayText", "parameters": {"text": list(texts)}}
    return {"response_type": "user_defined", "user_defined": {"vgwAction": action}}


async def performed(*reply, plugins=HANDLERS, context=None):
    """What the record says, and how many functions were called for it."""
    called = 0

    def count(_, event, __):
        nonlocal called
        called += event in ("call", "c_call")

    assistant = MemoryAssistant(lambda _: reply, context=lambda _: context or ReplyContext())
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        async with a_call(assistant, plugins=plugins, mask=SHOWN) as talk:
            await talk.wait(0.5)
            sys.setprofile(before)
            talk.leg.close()
            return await talk.over(), called, talk
    finally:
        sys.setprofile(before)


def remarks(record):
    return [each["problem"] for each in record.not_performed]


LONG = {
    "newlines between two letters": said("a" + "\n" * 30_000 + "b"),
    "openings of comments": said("<!--" * 12_000),
    "openings of instructions": said("<?" * 20_000),
    "brackets": said("[" * 100_000),
    "links": said("[a](" * 20_000),
    "emphasis": said("_*" * 20_000),
    "quotes within quotes": said("> " * 20_000),
    "a number of many digits": said("<p>&#" + "9" * 20_000),
    "spaces": said("a" + " " * 30_000 + "b"),
    "a label of newlines": listed("a" + "\n" * 20_000 + "b", "c"),
    "a title of brackets": {**listed("a"), "title": "[" * 100_000},
    "many options": listed(*map(str, range(5_000))),
    "many long options": listed(*["[" * 5_000] * 90),
    "suggestions": {"response_type": "suggestion", "suggestions": [{"label": "a"}] * 5_000},
    "a text to play": play_text("<!--" * 12_000),
    "a message for the agent": {
        "response_type": "connect_to_agent",
        "agent_available": {"message": "[" * 100_000},
    },
}


@pytest.mark.parametrize("response", LONG.values(), ids=LONG)
async def test_what_is_too_long_is_cut_with_a_remark(response):
    record, _, _ = await performed(response)
    assert remarks(record)


@pytest.mark.parametrize("response", LONG.values(), ids=LONG)
async def test_what_is_too_long_costs_little(response):
    _, called, _ = await performed(response)
    assert called < MOST_CALLED


async def test_the_beginning_of_a_long_text_is_heard():
    record, _, _ = await performed(said("one two " * 20_000))
    assert record.turns[0].said[0].startswith("one two one two")


async def test_a_hundred_options_can_be_chosen_from():
    _, _, talk = await performed(listed(*map(str, range(5_000))))
    [offer] = [
        event["action"]
        for event in map(json.loads, talk.events)
        if event.get("action", {}).get("type") == "Offer"
    ]
    assert len(offer["choices"]) == 100


async def test_handlers_of_strangers_are_given_what_is_cut():
    given = []

    class Stranger:
        @hookimpl
        def handle_text(self, response):
            given.append(response.text)
            return []

    await performed(said("a" * 50_000), plugins=(Stranger(),))
    assert [len(each) for each in given] == [TEXT]


class Handler:
    """Of a stranger: asks for the same whatever is answered."""

    def __init__(self, *actions):
        self._actions = actions

    @hookimpl
    def handle_text(self, response):
        return list(self._actions)


def deep():
    value = "a"
    for _ in range(5_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "action",
    [
        Say("a" * 50_000),
        Offer((Choice("", ("a",)),) * 5_000),
        SetVariables({"a": deep()}),
        Annotate({"a": deep()}),
        SetVariables({"a": "a" * 1_000_000}),
    ],
)
async def test_what_a_handler_asks_for_is_cut_with_a_remark(action):
    record, _, _ = await performed(said("a"), plugins=(Handler(action),))
    assert len(remarks(record)) == 1
    assert record.outcome == "hung_up"


async def test_variables_that_are_too_deep_are_left_out_with_a_remark():
    context = ReplyContext({"one": "1", "two": deep()}, custom_data={"three": deep()})
    record, _, talk = await performed(said("hello"), context=context)
    assert talk.call.variables.current == {"one": "1"}
    assert len(remarks(record)) == 2


async def test_no_more_is_said_in_a_reply_than_a_call_can_hold():
    record, _, _ = await performed(*[said("word " * 1_900)] * 9)
    assert sum(map(len, record.turns[0].said)) <= SAID
    assert remarks(record) == [f"only {SAID} bytes of a reply are said"]


async def test_responses_of_a_reply_are_counted():
    record, _, _ = await performed(*[{"response_type": "image"}] * (RESPONSES + 5))
    assert remarks(record) == [f"only {RESPONSES} responses of a reply are taken"]


async def turns_of_others(*reply):
    """How often another task runs until the reply is performed."""
    turns, over = 0, False

    async def other():
        nonlocal turns
        while not over:
            turns += 1
            await trio.lowlevel.checkpoint()

    class Ending:
        @hookimpl
        def turn_completed(self):
            nonlocal over
            over = True

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        await performed(*reply, plugins=(*HANDLERS, Ending()))
    return turns


@pytest.mark.parametrize(
    "reply",
    [
        [said("[" * 9_000)] * 20,
        [{"response_type": "image"}] * 1_000,
        [play_text(*["<!---->" * 1_000] * 50)],
    ],
    ids=["long texts", "many responses", "texts in one response"],
)
async def test_other_calls_have_their_turn_while_a_long_reply_is_performed(reply):
    assert await turns_of_others(*reply) >= await turns_of_others(said("a")) + 9


async def test_a_short_reply_is_performed_at_once():
    """So that what is told of a turn is the whole of its texts, though the first is heard from the cache."""
    _, _, talk = await performed(*[said("hello")] * 20)
    [report] = talk.leg.reports[:1]
    assert report.text == " ".join(["hello"] * 20)
