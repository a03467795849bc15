"""The plugin before a small web server, whose answers are a function of a test."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import pytest
from aiohttp import web

from switchhook import Options
from switchhook_assistant_http.plugin import create_assistant

from ..assistants import CALL, Line, quick

__all__ = ["quick"]

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture(autouse=True)
def _quick(quick):
    pass


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
                await anyio.sleep(0)  # who asks has the same event loop
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


class BotLine(Line):
    def __init__(self, bot, assistant, call):
        super().__init__(assistant, call)
        self.bot = bot

    @property
    def asked(self):
        return self.bot.asked


@pytest.fixture
def bot():
    @asynccontextmanager
    async def made(answers=lambda asked: [f"You said {asked.body['turn']['text']}."], **table):
        with anyio.fail_after(20):
            async with serving(Bot(answers)) as served:
                options = {"url": served.url, "private": True, **table}
                assistant: Any = create_assistant(Options(options, place="assistant", base=None))
                try:
                    yield BotLine(served, assistant, replace(CALL, shared={}))
                finally:
                    await assistant.aclose()

    return made
