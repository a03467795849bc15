import asyncio
import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from acme_bot import create_assistant
from aiohttp import web

from switchhook import AssistantError, CallInfo, Options, Turn
from switchhook.testing.conformance import check_assistant

pytestmark = pytest.mark.anyio
ANSWER = "It is open. Until six o'clock. Anything else?"


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Chat:
    """A chat server that answers letter by letter; `hold` lets it wait after that many."""

    def __init__(self):
        self.asked, self.hold, self.gone = [], None, asyncio.Event()

    async def answer(self, request):
        self.asked.append((await request.json())["messages"])
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        try:
            for number, letter in enumerate(ANSWER):
                if number == self.hold:
                    await asyncio.sleep(30)
                chunk = json.dumps({"choices": [{"delta": {"content": letter}}]})
                await stream.write(f"data: {chunk}\n\n".encode())
            await stream.write(b"data: [DONE]\n\n")
        finally:
            self.gone.set()
        return stream


@asynccontextmanager
async def chatting():
    chat = Chat()
    app = web.Application()
    app.router.add_post("/chat", chat.answer)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    try:
        table = {"url": f"http://{host}:{port}/chat", "model": "m"}
        yield chat, Options(table, place="assistant", base=Path())
    finally:
        await runner.cleanup()


async def test_it_is_an_assistant():
    async with chatting() as (_, options):
        greeting, _ = await check_assistant(lambda: create_assistant(options))
    assert [each.text for each in greeting] == ["It is open.", "Until six o'clock.", "Anything else?"]


async def test_a_reply_that_is_left_is_cancelled_and_goes_on_with_what_was_heard():
    async with chatting() as (chat, options):
        bot = create_assistant(options)
        async with bot, bot.open(CallInfo("1", "test")) as talk:
            chat.hold = 20  # in the midst of the second sentence
            async with talk.send(Turn(1, "speech", "are you open")) as reply:
                first = await anext(aiter(reply))
            await asyncio.wait_for(chat.gone.wait(), 5)
            chat.hold = None
            async with talk.send(Turn(2, "speech", "when", barged_in=True, heard="It is")) as reply:
                [each async for each in reply]
    assert first.text == "It is open."
    assert [each["content"] for each in chat.asked[1][1:]] == ["are you open", "It is", "when"]


async def test_a_server_in_trouble_is_an_error_of_its_own_kind():
    async with chatting() as (_, options):
        gone = options
    bot = create_assistant(gone)
    async with bot, bot.open(CallInfo("1", "test")) as talk:
        with pytest.raises(AssistantError) as caught:
            async with talk.send(Turn(1, "start")):
                pass
    assert caught.value.reason == "the chat server failed"
