"""Traces of a running server, as a collector of its own reads them from a socket."""

import signal
import time

import anyio
import pytest

from switchhook import CallRecord, TurnRecord
from switchhook_audiohook.protocol import events
from switchhook_tracing import plugin
from switchhook_tracing.ids import span_id
from switchhook_tracing.sending import MOST
from switchhook_tracing.settings import TracingSettings
from switchhook_tracing.spans import count

from ..end_to_end.served import served, wait_for
from ..transport_genesys.live import ID
from .collector import collecting

pytestmark = pytest.mark.anyio

TABLE = """
[plugins.tracing]
endpoint = "{url}"
headers = {{ authorization = {{ env = "COLLECTOR_KEY" }} }}
service = "voice"
"""


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def collector():
    with collecting() as one:
        yield one


@pytest.fixture
def server(tmp_path, collector, monkeypatch):
    monkeypatch.setenv("COLLECTOR_KEY", "marked-collector-key")
    with served(tmp_path, server=TABLE.format(url=collector.url)) as one:
        yield one


async def call(server):
    """One that hears its greeting, and hangs up."""
    with anyio.fail_after(30):
        async with server.calls() as phone:
            assert isinstance(await phone.open(), events.Opened)
            await phone.until(lambda: len(phone.audio) > 1600)
            await phone.hang_up()


def parent_of(span, made):
    return next(each for each in made if each.span_id == span.parent_span_id)


async def test_a_call_is_a_tree_whose_trace_has_the_digits_of_the_conversation(server, collector):
    await call(server)
    await anyio.to_thread.run_sync(wait_for, lambda: collector.spans("call"))
    made = collector.spans()
    [root], [turn] = collector.spans("call"), collector.spans("turn")
    assert {span.trace_id.hex() for span in made} == {ID.replace("-", "")}
    assert root.parent_span_id == b""
    assert parent_of(turn, made) == root
    stages = {span.name for span in made if span not in (root, turn)}
    assert stages == {"assistant", "synthesis", "playback"}
    assert all(parent_of(span, made) == turn for span in made if span.name in stages)


async def test_spans_have_the_ids_that_assistants_were_told(server, collector):
    await call(server)
    await anyio.to_thread.run_sync(wait_for, lambda: collector.spans("call") and server.records())
    record = server.records()[-1]
    [assistant] = collector.spans("assistant")
    assert assistant.span_id == span_id(record["id"], 1, "assistant").to_bytes(8, "big")


async def test_a_collector_is_told_who_sends_and_given_its_key(server, collector):
    await call(server)
    await anyio.to_thread.run_sync(wait_for, lambda: collector.spans("call"))
    [resource] = [each.resource for request in collector.requests for each in request.resource_spans]
    named = {each.key: each.value.string_value for each in resource.attributes}
    assert named["service.name"] == "voice"
    assert collector.headers[0]["authorization"] == "marked-collector-key"
    assert "marked-collector-key" not in server.log()


@pytest.mark.parametrize("answer", [None, 500, 302])
async def test_a_collector_that_is_of_no_use_costs_no_call_and_keeps_no_server_from_ending(
    server, collector, answer
):
    collector.answer, collector.location = answer, "/elsewhere"
    for _ in range(3):
        await call(server)
    await anyio.to_thread.run_sync(wait_for, lambda: len(server.records()) == 3)
    assert [each["outcome"] for each in server.records()] == ["hung_up"] * 3
    server.signal(signal.SIGTERM)
    began = time.monotonic()
    assert await anyio.to_thread.run_sync(server.process.wait, 20) == 0
    assert time.monotonic() - began < 15
    assert "/elsewhere" not in collector.paths
    assert "watermelon" not in server.log()


async def test_thousands_of_calls_end_while_the_collector_hangs_and_what_is_too_much_is_lost(collector):
    collector.answer = None
    traces = await anyio.to_thread.run_sync(plugin._traces, TracingSettings(endpoint=collector.url))
    turns = [TurnRecord(number, "speech", 1.0) for number in range(1, 20)]
    record = CallRecord("leg", "bank", "2026-01-01", turns=turns)
    for _ in range(5000):
        traces.end(record, 1)
    assert traces.lost >= 4000 * count(record) - MOST
    collector.over.set()
    await anyio.to_thread.run_sync(traces.close)


@pytest.mark.parametrize(("answer", "level"), [(200, "ok"), (401, "error")])
async def test_check_says_whether_the_collector_takes_traces(collector, answer, level):
    collector.answer = answer
    found = [each async for each in plugin._findings(TracingSettings(endpoint=collector.url))]
    assert [each.level for each in found] == [level]
