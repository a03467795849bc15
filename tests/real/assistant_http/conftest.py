"""The plugin before a small web server, whose answers are a function of a test."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from aiohttp import web

from switchhook import CallInfo, Options, Turn
from switchhook_assistant_http.plugin import create_assistant

CALL = CallInfo("call", "support", language="en-US", ani="+15551234", dnis="+18005550")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("switchhook_http.again.SHORT", 0.01)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class Asked:
    body: dict
    raw: bytes
    headers: dict
    query: dict


@dataclass
class Bot:
    """`answers` makes a web response of what was asked, or JSON, or a list of lines among which numbers are
    seconds to wait. `left`: requests whose client went away."""

    answers: object
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    left: int = 0

    async def answer(self, request):
        raw = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(json.loads(raw), raw, headers, dict(request.query)))
        try:
            made = self.answers(self.asked[-1])
            if isinstance(made, web.StreamResponse):
                return made
            return (
                web.json_response(made) if not isinstance(made, Stream) else await self._stream(request, made)
            )
        except BaseException:
            self.left += 1
            raise

    async def _stream(self, request, stream):
        response = web.StreamResponse(headers={"content-type": stream.kind})
        await response.prepare(request)
        for line in stream.lines:
            if isinstance(line, float):
                await anyio.sleep(line)
            else:
                written = line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"
                await response.write(written)
        return response


@dataclass
class Stream:
    lines: object
    kind: str = "application/x-ndjson"


@asynccontextmanager
async def serving(bot):
    app = web.Application()
    app.router.add_post("/turn", bot.answer)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        bot.url = f"http://127.0.0.1:{runner.addresses[0][1]}/turn"
        yield bot
    finally:
        with anyio.CancelScope(shield=True):
            await runner.cleanup()


class Line:
    """A call to it."""

    def __init__(self, bot, assistant, call):
        self.bot, self.assistant, self.call_info = bot, assistant, call
        self.conversation, self.reply, self.turns, self.heard = None, None, 0, []

    @property
    def asked(self):
        return self.bot.asked

    @asynccontextmanager
    async def call(self):
        async with self.assistant.open(self.call_info) as self.conversation:
            yield self

    def turn(self, text="", kind=None, **more):
        self.turns += 1
        return Turn(self.turns, kind or ("speech" if text else "start"), text, **more)

    async def say(self, text="", kind=None, **more):
        self.heard = []
        async with self.conversation.send(self.turn(text, kind, **more)) as self.reply:
            async for response in self.reply:
                self.heard.append(getattr(response, "text", response))
        return self.heard


@pytest.fixture
def bot():
    @asynccontextmanager
    async def made(answers=lambda asked: [f"You said {asked.body['turn']['text']}."], **table):
        with anyio.fail_after(20):
            async with serving(Bot(answers)) as served:
                options = {"url": served.url, "private": True, **table}
                assistant: Any = create_assistant(Options(options, place="assistant", base=None))
                try:
                    yield Line(served, assistant, replace(CALL, shared={}))
                finally:
                    await assistant.aclose()

    return made
