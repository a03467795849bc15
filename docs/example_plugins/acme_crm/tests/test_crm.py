from contextlib import asynccontextmanager
from types import SimpleNamespace

import acme_crm
import pytest
from aiohttp import web

from switchhook import Say, SetVariables, parse_response

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@asynccontextmanager
async def customers():
    async def customer(request):
        if request.match_info["number"] != "4711":
            raise web.HTTPNotFound
        return web.json_response({"name": "Kim"})

    app = web.Application()
    app.router.add_get("/customers/{number}", customer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    settings = acme_crm.CrmSettings(url=f"http://{host}:{port}/customers")
    try:
        async with acme_crm.lifespan(SimpleNamespace(settings_of=lambda name: settings)) as plugin:
            yield plugin
    finally:
        await runner.cleanup()


async def said(plugin, number):
    asked = {"response_type": "user_defined", "user_defined": {"acme_customer": number}}
    return [each async for each in acme_crm.handle_user_defined(parse_response(asked), None, plugin)]


async def test_a_customer_is_welcomed_after_a_moment():
    async with customers() as plugin:
        assert await said(plugin, "4711") == [
            Say("One moment, please."),
            SetVariables({"customer_name": "Kim"}),
            Say("Welcome back, Kim."),
        ]


@pytest.mark.parametrize("number", ["12", "../admin", ""])
async def test_who_is_not_found_is_told(number):
    async with customers() as plugin:
        assert await said(plugin, number) == [Say("One moment, please."), Say("I can't find you just now.")]


def test_another_response_is_left_to_others():
    asked = parse_response({"response_type": "user_defined", "user_defined": {"weather": "today"}})
    assert acme_crm.handle_user_defined(asked, None, None) is None
