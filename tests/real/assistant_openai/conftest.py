"""The plugin before an emulated model; what answers is a function of a test."""

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from switchhook import CallInfo, Options, Turn
from switchhook_assistant_openai.plugin import create_assistant
from switchhook_testing_openai import emulate

CALL = CallInfo("call", "support", language="en-US", ani="+15551234", dnis="+18005550")
INSTRUCTIONS = "You are the operator of Example Bank."


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("switchhook_http.again.SHORT", 0.01)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


class Line:
    """One call to it, or more of them."""

    def __init__(self, emulated, assistant, call):
        self.emulated, self.assistant, self.call_info = emulated, assistant, call
        self.conversation, self.reply, self.turns, self.heard = None, None, 0, []

    @property
    def faults(self):
        return self.emulated.faults

    @property
    def asked(self):
        return self.emulated.asked

    @asynccontextmanager
    async def call(self):
        async with self.assistant.open(self.call_info) as self.conversation:
            yield self

    def turn(self, text="", kind=None, **more):
        self.turns += 1
        return Turn(self.turns, kind or ("speech" if text else "start"), text, **more)

    async def say(self, text="", kind=None, **more):
        """The texts of the reply, and what else it consists of; `reply` is the reply."""
        self.heard = []
        async with self.conversation.send(self.turn(text, kind, **more)) as self.reply:
            async for response in self.reply:
                self.heard.append(getattr(response, "text", response))
        return self.heard


def assistant_of(emulated, **table):
    options = {
        "base_url": emulated.url,
        "model": "m",
        "api_key": emulated.api_key,
        "instructions": INSTRUCTIONS,
    }
    return create_assistant(Options({**options, **table}, place="assistant", base=None))


@pytest.fixture
def assistant():
    return assistant_of


@pytest.fixture
def model():
    @asynccontextmanager
    async def made(answers=lambda asked: f"You said {asked.last['content'].splitlines()[-1]}.", **table):
        async with AsyncExitStack() as stack:
            stack.enter_context(anyio.fail_after(20))
            emulated = await stack.enter_async_context(emulate(answers))
            made = assistant_of(emulated, **table)
            stack.push_async_callback(made.aclose)
            yield Line(emulated, made, replace(CALL, shared={}))

    return made
