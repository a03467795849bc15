"""What tests of assistants that talk to a service have in common: one call to it, without a line and without sound."""

from contextlib import asynccontextmanager

import anyio
import pytest

from switchhook import CallInfo, Turn

CALL = CallInfo("call", "support", language="en-US", ani="+15551234", dnis="+18005550")


@pytest.fixture
def quick(monkeypatch):
    """Second tries come at once, and no proxy of this machine is in between."""
    monkeypatch.setattr("switchhook_http.again.SHORT", 0.01)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


class Line:
    """One call to it, or one after the other. `reply` is the reply to the last turn, `heard` what came of it."""

    def __init__(self, assistant, call=CALL):
        self.assistant, self.call_info = assistant, call
        self.conversation, self.reply, self.turns, self.heard = None, None, 0, []

    @asynccontextmanager
    async def call(self, call=None):
        async with self.assistant.open(call or self.call_info) as self.conversation:
            yield self

    def turn(self, text="", kind=None, **more):
        self.turns += 1
        return Turn(self.turns, kind or ("speech" if text else "start"), text, **more)

    async def say(self, text="", kind=None, **more):
        """The texts of the reply, and what else it consists of."""
        self.heard = []
        async with self.conversation.send(self.turn(text, kind, **more)) as self.reply:
            async for response in self.reply:
                self.heard.append(getattr(response, "text", response))
        return self.heard


async def until(true):
    with anyio.fail_after(8):
        while not true():
            await anyio.sleep(0.005)
