"""Records posted to a receiver that takes them, refuses them, is away, or lies in a private network."""

import base64
import json
from contextlib import asynccontextmanager
from pathlib import Path

import jwt
import pytest
from aiohttp import web
from standardwebhooks import Webhook

from switchhook import CallRecord, Options, SinkUnavailable
from switchhook_records_webhook.plugin import create_record_sink

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Receiver:
    """Answers with these statuses, one after the other; then with 204."""

    def __init__(self, *statuses):
        self.statuses, self.requests = list(statuses), []

    async def take(self, request):
        self.requests.append((request.headers, await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    @property
    def taken(self):
        return [json.loads(body)["record_id"] for _, body in self.requests]

    @asynccontextmanager
    async def running(self):
        application = web.Application()
        application.router.add_post("/calls", self.take)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/calls"
        finally:
            await runner.cleanup()


def sink_for(url, **options):
    given = {"url": url, "secret": SECRET, "hosts": ["127.0.0.1"], "timeout": "5s", **options}
    return create_record_sink(Options(given, place="records", base=Path()))


def records(*names):
    made = [CallRecord("leg", "support", "2026-03-01T12:00:00.000+00:00", record_id=name) for name in names]
    return [json.loads(each.line()) for each in made]


async def test_each_record_is_posted_in_order_and_signed():
    receiver = Receiver()
    async with receiver.running() as url, sink_for(url) as sink:
        await sink.put(records("a", "b"))
    assert receiver.taken == ["a", "b"]
    for headers, body in receiver.requests:
        Webhook(SECRET).verify(body, headers)  # raises for any other
        assert headers["webhook-id"] == json.loads(body)["record_id"]


async def test_in_ibms_form_there_is_a_token_too():
    receiver = Receiver()
    async with receiver.running() as url, sink_for(url, form="ibm") as sink:
        await sink.put(records("a"))
    [(headers, body)] = receiver.requests
    assert json.loads(body)["event"] == {"name": "cdr_logged"}
    assert jwt.decode(headers["Authorization"], SECRET, ["HS256"])["iss"] == "switchhook"


@pytest.mark.parametrize("status", [301, 401, 404, 408, 429, 500, 503])
async def test_a_receiver_that_is_not_ready_is_away(status):
    receiver = Receiver(status)
    async with receiver.running() as url, sink_for(url) as sink:
        with pytest.raises(SinkUnavailable):
            await sink.put(records("a"))
        await sink.put(records("a"))
    assert receiver.taken == ["a", "a"]


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_record_may_be_refused(status):
    receiver = Receiver(status)
    async with receiver.running() as url, sink_for(url) as sink:
        with pytest.raises(ValueError, match=str(status)):
            await sink.put(records("a"))


async def test_what_was_taken_is_not_sent_again_with_what_was_not():
    receiver = Receiver(204, 503)
    async with receiver.running() as url, sink_for(url) as sink:
        with pytest.raises(SinkUnavailable):
            await sink.put(records("a", "b", "c"))
        await sink.put(records("a", "b", "c"))
    assert receiver.taken == ["a", "b", "b", "c"]


async def test_nor_when_they_come_again_one_by_one():
    receiver = Receiver(204, 204, 400)
    async with receiver.running() as url, sink_for(url) as sink:
        with pytest.raises(ValueError, match="400"):
            await sink.put(records("a", "b", "c"))
        for name in "abc":
            await sink.put(records(name))
    assert receiver.taken == ["a", "b", "c", "c"]


async def test_a_receiver_that_is_not_there_is_away():
    receiver = Receiver()
    async with receiver.running() as url:
        pass
    async with sink_for(url) as sink:
        with pytest.raises(SinkUnavailable):
            await sink.put(records("a"))


async def test_a_name_that_leads_into_a_private_network_is_not_posted_to():
    receiver = Receiver()
    async with receiver.running() as url:
        inside = url.replace("http://127.0.0.1", "https://localhost")
        async with sink_for(inside, hosts=[]) as sink:
            with pytest.raises(SinkUnavailable):
                await sink.put(records("a"))
    assert receiver.requests == []
