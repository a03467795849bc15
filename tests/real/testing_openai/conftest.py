from contextlib import asynccontextmanager

import openai
import pytest

from switchhook_testing_openai import emulate


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def served():
    """The vendor's own client, unmodified, and what it talks to."""

    @asynccontextmanager
    async def made(model, **options):
        async with emulate(model) as emulated:
            given = {"api_key": emulated.api_key, "base_url": emulated.url, "max_retries": 0, **options}
            async with openai.AsyncOpenAI(**given) as client:
                yield emulated, client

    return made
