"""The service that the page about hand-overs shows, takes what Switchhook posts."""

import re
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import aiohttp
import anyio
import pytest
from aiohttp import web

from .test_posting import SECRET, desk, hand_over, quick

__all__ = ["quick"]

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).parents[3] / "docs/how-to/hand-over.md").read_text("utf-8")
TOKEN = {"Authorization": "Bearer token"}


@pytest.fixture
def shown(monkeypatch):
    """The page's example."""
    monkeypatch.setenv("DESK_SECRET", SECRET)
    monkeypatch.setenv("DESK_TOKEN", "token")
    module = ModuleType("desk")
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    exec(compile(example, "desk", "exec"), module.__dict__)
    return module


@asynccontextmanager
async def running(shown):
    """Its address, and a client."""
    runner = web.AppRunner(shown.desk(), access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/handovers"
        async with aiohttp.ClientSession() as client:
            with anyio.fail_after(20):
                yield url, client
    finally:
        await runner.cleanup()


async def posted(url):
    async with desk(url).working() as working:
        return hand_over(working)


async def status(asked):
    async with asked as answer:
        return answer.status


async def test_an_agent_is_told_what_was_said(shown):
    async with running(shown) as (url, client):
        number = await posted(url)
        async with client.get(f"{url}/{number}", headers=TOKEN) as answer:
            assert (await answer.json())["summary"] == "Disputes a bill."
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer Tökén"}])
async def test_nobody_else_is(shown, headers):
    async with running(shown) as (url, client):
        number = await posted(url)
        assert await status(client.get(f"{url}/{number}", headers=headers)) == 401
        assert await status(client.get(f"{url}/another", headers=headers)) == 401


async def test_what_nobody_signed_is_not_taken(shown):
    async with running(shown) as (url, client):
        assert await status(client.post(url, json={"handoff_id": "forged"})) == 401
        assert await status(client.get(f"{url}/forged", headers=TOKEN)) == 404


async def test_it_is_forgotten_in_time(shown):
    shown.KEPT = -1
    async with running(shown) as (url, client):
        number = await posted(url)
        assert await status(client.get(f"{url}/{number}", headers=TOKEN)) == 404
        assert shown.held == {}


async def test_it_holds_no_more_than_it_says(shown):
    shown.MOST = 1
    async with running(shown) as (url, client):
        first, second = await posted(url), await posted(url)
        assert await status(client.get(f"{url}/{first}", headers=TOKEN)) == 200
        assert await status(client.get(f"{url}/{second}", headers=TOKEN)) == 404
