"""Tokens while others are fetched, in virtual time."""

import json
from contextlib import asynccontextmanager
from types import SimpleNamespace

import anyio
import pytest
from trio.testing import MockClock

from switchhook_assistant_openai.tokens import Tokens

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


class Pool:
    """Its service takes `slow` seconds for a token that is good for so many."""

    def __init__(self, good_for, slow):
        self.given, self._good_for, self.slow = 0, good_for, slow

    @asynccontextmanager
    async def request(self, *_):
        await anyio.sleep(self.slow)
        self.given += 1
        told = {"access_token": f"token {self.given}", "expires_in": self._good_for}

        async def read(_limit):
            return json.dumps(told).encode()

        yield SimpleNamespace(status=200, read=read)


def tokens_from(pool):
    return Tokens("https://iam.example.com/token", "key", pool)


async def test_one_that_is_good_is_given_at_once_while_the_next_one_is_fetched():
    pool = Pool(good_for=300, slow=0)
    tokens = tokens_from(pool)
    assert await tokens.get() == "token 1"
    pool.slow = 5
    async with anyio.create_task_group() as group:
        group.start_soon(tokens.renew)
        await anyio.wait_all_tasks_blocked()
        asked = anyio.current_time()
        assert await tokens.get() == "token 1"
        assert anyio.current_time() == asked
    assert await tokens.get() == "token 2"


@pytest.mark.parametrize("way", [Tokens.get, Tokens.renew])
async def test_it_is_fetched_once_for_all_who_ask_at_once(way):
    pool = Pool(good_for=3600, slow=5)
    tokens = tokens_from(pool)
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(way, tokens)
    assert pool.given == 1
