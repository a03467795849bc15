"""When traces are made, and what goes along with a request."""

import pytest
from pydantic import ValidationError

from switchhook import hookimpl
from switchhook.testing import MemoryAssistant, a_call
from switchhook_http import call_headers
from switchhook_tracing import plugin
from switchhook_tracing.ids import traceparent
from switchhook_tracing.settings import TracingSettings

pytestmark = pytest.mark.anyio


class Traces:
    def __init__(self):
        self.ended, self.turns = [], []

    def turn(self, call, turn, began):
        self.turns.append((call.id, turn.number, began))

    def end(self, record, began, done):
        self.ended.append((record, began, set(done)))


class Traced:
    """The plugin, as it is where there is a collector, or none."""

    def __init__(self, traces):
        self.traces = traces

    @hookimpl
    def call_started(self, call):
        plugin.call_started(call, self.traces)

    @hookimpl
    def turn_started(self, call, turn):
        plugin.turn_started(call, turn, self.traces)

    @hookimpl
    def turn_recorded(self, call, turn):
        plugin.turn_recorded(call, turn, self.traces)

    @hookimpl
    def call_ended(self, call, record):
        plugin.call_ended(call, record, self.traces)


def asking(seen):
    """An assistant that notes what its requests would say."""

    def answer(turn):
        seen.append(dict(call_headers.get()))
        return ["welcome"]

    return MemoryAssistant(answer)


async def test_each_turn_is_asked_for_with_the_span_of_its_own_request():
    seen = []
    async with a_call(asking(seen), plugins=[Traced(Traces())]) as talk:
        await talk.wait(4)
        talk.say("my balance")
        await talk.wait(4)
        ids = talk.call.info.conversation_id, talk.call.info.id
    assert seen == [{"traceparent": traceparent(*ids, 1)}, {"traceparent": traceparent(*ids, 2)}]


async def test_a_call_that_is_over_is_handed_on_with_its_record():
    traces = Traces()
    async with a_call(asking([]), plugins=[Traced(traces)]) as talk:
        await talk.wait(4)
        talk.leg.close()
        record = await talk.over()
    [(ended, began, done)] = traces.ended
    assert (ended, done) == (record, set())
    assert began > 1_700_000_000_000_000_000


async def test_a_turn_is_handed_on_while_its_call_goes_on_and_once():
    traces = Traces()
    async with a_call(asking([]), plugins=[Traced(traces)]) as talk:
        await talk.wait(4)
        talk.say("my balance")
        await talk.wait(4)
        [(call, number, began)] = traces.turns
        assert (call, number) == (talk.call.info.id, 1)
        talk.leg.close()
        await talk.over()
    [(_, ended_began, done)] = traces.ended
    assert (ended_began, done) == (began, {1})


async def test_without_a_collector_nothing_goes_along_and_nothing_is_made():
    seen = []
    async with a_call(asking(seen), plugins=[Traced(None)]) as talk:
        await talk.wait(4)
        talk.leg.close()
        await talk.over()
    assert seen == [{}]


async def test_no_collector_is_configured_by_default():
    async with plugin._tracing(TracingSettings()) as traces:
        assert traces is None
    assert [each async for each in plugin._findings(TracingSettings())] == []


@pytest.mark.parametrize(
    "address", ["collector:4318", "ftp://a/v1/traces", "https://collector:4318", "https://k@a/v1/traces"]
)
def test_an_address_that_cannot_be_one_is_refused_with_an_example(address):
    with pytest.raises(ValidationError, match=r"such as 'https://collector\.example\.com:4318/v1/traces'"):
        TracingSettings(endpoint=address)
