"""The plugin before an emulated model; what answers is a function of a test."""

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import anyio
import pytest

from switchhook import Options
from switchhook_assistant_openai.plugin import create_assistant
from switchhook_testing_openai import emulate

from ..assistants import CALL, Line, quick

__all__ = ["quick"]

INSTRUCTIONS = "You are the operator of Example Bank."


@pytest.fixture(autouse=True)
def _quick(quick):
    pass


class ModelLine(Line):
    def __init__(self, emulated, assistant, call):
        super().__init__(assistant, call)
        self.emulated = emulated

    @property
    def faults(self):
        return self.emulated.faults

    @property
    def asked(self):
        return self.emulated.asked


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
            yield ModelLine(emulated, made, replace(CALL, shared={}))

    return made
