"""Rasa's REST channel, as its source has it: what it takes, and what it sends."""

import json

import pytest

from switchhook import (
    EndSessionResponse,
    ImageResponse,
    OptionResponse,
    TextResponse,
    UserDefinedResponse,
)

from .conftest import Stream

pytestmark = pytest.mark.anyio


def streamed(*messages):
    """As Rasa streams: lines of JSON under the name of another form."""
    lines = [json.dumps({"recipient_id": "call", **each}).encode() + b"\n" for each in messages]
    return Stream(lines, "text/event-stream")


@pytest.mark.parametrize(
    ("turn", "message"),
    [
        ({}, "/session_start"),
        ({"text": "my bill"}, "my bill"),
        ({"text": "12", "kind": "digits"}, "12"),
        ({"kind": "no_input"}, "/silence_timeout"),
        ({"kind": "no_final"}, ""),
        ({"text": "Bills", "input": {"text": "/bills"}}, "/bills"),
    ],
)
async def test_a_turn_is_a_message_of_a_sender(bot, turn, message):
    async with bot(lambda _: streamed(), form="rasa") as line, line.call():
        await line.say(**turn)
        (asked,) = line.asked
        assert asked.body["message"] == message
        assert asked.body["sender"] == "call"
        assert asked.body["metadata"]["switchhook"]["call"]["connector"] == "support"
        assert asked.query == {"stream": "true"}


async def test_what_its_bot_says_becomes_responses(bot):
    buttons = [{"title": "Bills", "payload": "/bills"}, "no button"]
    answer = streamed(
        {"text": "Hello."},
        {"text": "What is it about?", "buttons": buttons},
        {"image": "https://example.com/map.png"},
        {"custom": {"response_type": "end_session"}},
        {"custom": {"weather": "today"}},
        {"text": ""},
    )
    async with bot(lambda _: answer, form="rasa") as line, line.call():
        async with line.conversation.send(line.turn()) as reply:
            text, option, image, end, other = [each async for each in reply]
        assert text == TextResponse(response_type="text", text="Hello.")
        assert isinstance(option, OptionResponse)
        assert option.options[0].value.input == {"text": "/bills"}
        assert len(option.options) == 1
        assert isinstance(image, ImageResponse)
        assert isinstance(end, EndSessionResponse)
        assert isinstance(other, UserDefinedResponse)
        assert other.user_defined == {"weather": "today"}


@pytest.mark.parametrize("odd", [[], [None, 7, "text", {"buttons": "x", "custom": [], "text": 7}]])
async def test_what_is_no_message_says_nothing(bot, odd):
    async with bot(lambda _: odd, form="rasa") as line, line.call():
        assert await line.say("hello") == []


async def test_an_answer_of_very_many_messages_is_cut(bot):
    async with bot(lambda _: [{"text": "again"}] * 1_000, form="rasa") as line, line.call():
        assert len(await line.say("hello")) == 200
