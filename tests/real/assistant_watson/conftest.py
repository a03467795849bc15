"""The plugin before an emulated watsonx Assistant; what answers is an assistant in memory."""

from contextlib import AsyncExitStack, asynccontextmanager

import anyio
import pytest

from switchhook import CallInfo, Options
from switchhook.testing import MemoryAssistant
from switchhook_assistant_watson.plugin import create_assistant
from switchhook_testing_watson import emulate

from ..assistants import Line, quick

__all__ = ["quick"]

CALL = CallInfo("call", "support", conversation_id="conversation", ani="+15551234", dnis="+18005550")


@pytest.fixture(autouse=True)
def _quick(clean_environment, quick):
    pass


class WatsonLine(Line):
    """One call to it. `behind` is the assistant that the emulator asks."""

    def __init__(self, emulated, behind, assistant):
        super().__init__(assistant, CALL)
        self.emulated, self.behind = emulated, behind

    @property
    def faults(self):
        return self.emulated.behaviour.assistant

    def seen(self, method, ending):
        return [
            each
            for each in self.emulated.log
            if each.service == "assistant" and each.method == method and each.path.endswith(ending)
        ]

    @property
    def messages(self):
        return [each.body for each in self.emulated.log if "/message" in each.path]


@pytest.fixture
def watson(monkeypatch, anyio_backend):
    @asynccontextmanager
    async def made(behind=None, **table):
        behind = behind or MemoryAssistant(lambda turn: [f"reply to {turn.text}" if turn.text else "welcome"])
        async with AsyncExitStack() as stack:
            stack.enter_context(anyio.fail_after(20))
            emulated = await stack.enter_async_context(emulate(assistant=behind))
            for name, value in emulated.environ.items():
                monkeypatch.setenv(name, value)
            ids = {"assistant_id": emulated.assistant_id, "environment_id": emulated.environment_id}
            options = {**ids, "ca": str(emulated.ca), **table}
            assistant = create_assistant(
                Options(
                    {name: value for name, value in options.items() if value is not None},
                    place="assistant",
                    base=None,
                )
            )
            stack.push_async_callback(assistant.aclose)  # type: ignore[attr-defined]
            yield WatsonLine(emulated, behind, assistant)

    return made


@pytest.fixture
def memory():
    return MemoryAssistant
