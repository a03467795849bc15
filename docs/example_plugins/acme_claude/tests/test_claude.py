"""A small server in place of Anthropic's, which answers with the events of its documentation."""

import json
from contextlib import asynccontextmanager

import pytest
from acme_claude import create_assistant
from aiohttp import web

from switchhook import AssistantError, CallInfo, Options, Turn
from switchhook.testing.conformance import check_assistant

pytestmark = pytest.mark.anyio
USED = {"type": "tool_use", "id": "toolu_1", "name": "set_variable", "input": {}}


@pytest.fixture
def anyio_backend():
    return "asyncio"


def spoken(text, reason="end_turn"):
    yield {"type": "message_start", "message": {"role": "assistant", "usage": {"input_tokens": 9}}}
    yield {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    yield {"type": "ping"}
    for letter in text:
        delta = {"type": "text_delta", "text": letter}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}}
    yield {"type": "message_stop"}


def called(arguments):
    *said, delta, stop = spoken("One moment.", "tool_use")
    yield from said
    yield {"type": "content_block_start", "index": 1, "content_block": USED}
    for half in (arguments[:9], arguments[9:]):
        delta_ = {"type": "input_json_delta", "partial_json": half}
        yield {"type": "content_block_delta", "index": 1, "delta": delta_}
    yield from (delta, stop)


@asynccontextmanager
async def claude(*answers, **table):
    """Gives one answer after the other, the last for ever."""
    asked, left = [], [*answers]

    async def answer(request):
        asked.append(await request.json())
        if request.headers["x-api-key"] != "key":
            wrong = {"type": "authentication_error", "message": "invalid x-api-key"}
            return web.json_response({"type": "error", "error": wrong}, status=401)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await stream.prepare(request)
        for event in left.pop(0) if len(left) > 1 else left[0]:
            await stream.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        return stream

    app = web.Application()
    app.router.add_post("/v1/messages", answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1/messages"
    options = {"url": url, "model": "m", "api_key": "key", "instructions": "Be kind.", **table}
    try:
        yield asked, Options(options, place="assistant", base=None)
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running(bot):
    try:
        yield bot
    finally:
        await bot.aclose()


async def say(options, *texts):
    """What is heard of each turn."""
    heard = []
    async with running(create_assistant(options)) as bot, bot.open(CallInfo("1", "test")) as talk:
        for number, text in enumerate(texts, 1):
            async with talk.send(Turn(number, "speech", text)) as reply:
                heard.append([each.text async for each in reply])
                usage = reply.context.usage
    return heard, usage


async def test_it_is_an_assistant():
    async with claude([*spoken("It is open. Until six.")]) as (_, options):
        greeting, _ = await check_assistant(lambda: create_assistant(options))
    assert [each.text for each in greeting] == ["It is open.", "Until six."]


async def test_the_talk_goes_on():
    async with claude([*spoken("It is open. Until six.")]) as (asked, options):
        heard, usage = await say(options, "are you open", "when")
    assert heard == [["It is open.", "Until six."]] * 2
    assert usage == {"prompt_tokens": 9, "completion_tokens": 5}
    assert asked[1]["system"].startswith("Be kind.")
    assert [each["role"] for each in asked[1]["messages"]] == ["user", "assistant", "user"]


async def test_a_tool_is_called_and_its_result_is_told():
    arguments = json.dumps({"name": "topic", "value": "bills"})
    tools = {"set_variables": ["topic"]}
    both = [*called(arguments)], [*spoken("Done.")]
    async with claude(*both, tools=tools) as (asked, options):
        heard, _ = await say(options, "it is about bills", "thank you")
    assert heard[0][0] == "One moment."
    assert asked[0]["tools"][0]["name"] == "set_variable"
    used, told = asked[-1]["messages"][1:3]
    assert used["content"][1] == {**USED, "input": json.loads(arguments)}
    assert told["content"] == [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "done"}]


@pytest.mark.parametrize(
    ("answer", "table", "reason"),
    [
        ([*spoken("Hi.")], {"api_key": "wrong"}, "status 401"),
        ([*spoken("", "refusal")], {}, "refusal"),
        ([*spoken("Hi.")][:3], {}, "connection broke"),
        ([{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}], {}, "failed"),
    ],
)
async def test_a_failure_has_a_reason(answer, table, reason):
    async with claude(answer, **table) as (_, options):
        with pytest.raises(AssistantError) as caught:
            await say(options, "hello")
    assert caught.value.reason == reason
