"""A hand-over by reference reaches the service that an agent's desktop asks."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace

import anyio
import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from switchhook import CallInfo, HandOver, Options, Turn
from switchhook_handover import desk as desks
from switchhook_handover.desk import Desk
from switchhook_handover.settings import HandoverSettings

pytestmark = pytest.mark.anyio
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CALL = CallInfo("call", "support", conversation_id="c0", language="en-US")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("switchhook_http.again.SHORT", 0.01)
    monkeypatch.setattr(desks, "PAUSES", (0.01, 0.01))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def service(statuses=()):
    got, left = [], list(statuses)

    async def take(request):
        got.append((await request.read(), dict(request.headers)))
        return web.Response(status=left.pop(0) if left else 204)

    app = web.Application()
    app.router.add_post("/in", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/in", got
    finally:
        await runner.cleanup()


def desk(url):
    table = {"give": "reference", "to": url, "secret": SECRET, "private": True}
    return Desk(Options(table, place="plugins.handover", base=None).parse(HandoverSettings))


def hand_over(desk):
    call = replace(CALL, state={})
    desk.began(call, Turn(1, "speech", "my bill"))
    _, action = desk.rewrite(HandOver({"wxa_agent_message": "Disputes a bill."}), call)
    return action.variables["handoff_id"]


async def test_it_is_signed_and_named_by_its_id():
    async with service() as (url, got):
        with anyio.fail_after(20):
            async with desk(url).working() as working:
                number = hand_over(working)
        ((raw, headers),) = got
        body = Webhook(SECRET).verify(raw, headers)
        assert headers["webhook-id"] == body["handoff_id"] == number
        assert body["summary"] == "Disputes a bill."
        assert body["call"] == {
            "id": "call",
            "conversation_id": "c0",
            "connector": "support",
            "language": "en-US",
        }


async def test_a_service_that_is_away_for_a_moment_misses_nothing():
    async with service([503, 503, 500]) as (url, got):
        with anyio.fail_after(20):
            async with desk(url).working() as working:
                hand_over(working)
        assert len({raw for raw, _ in got}) == 1
        assert len(got) == 4


async def test_what_cannot_be_posted_is_said_and_none_of_its_words(caplog):
    async with service([404] * 9) as (url, _):
        with anyio.fail_after(20):
            async with desk(url).working() as working:
                number = hand_over(working)
    assert f"hand-over {number} could not be posted: status 404" in caplog.text
    assert "bill" not in caplog.text


async def test_of_very_many_that_wait_the_newest_are_dropped_and_said(caplog, monkeypatch):
    monkeypatch.setattr(desks, "WAITING", 20)
    async with service() as (url, got):
        with anyio.fail_after(30):
            async with desk(url).working() as waiting:
                for _ in range(desks.WAITING + 2):  # nobody has looked yet
                    hand_over(waiting)
                assert caplog.text.count("too many wait") == 2
        assert len(got) == desks.WAITING
        assert all(json.loads(raw)["turns"] for raw, _ in got)
