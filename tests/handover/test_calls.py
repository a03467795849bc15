"""Whole calls that are handed over."""

import re

import pytest
from trio.testing import MockClock

from switchhook import Options, SettingsError, hookimpl
from switchhook.testing import MemoryAssistant, a_call
from switchhook_handover.desk import Desk
from switchhook_handover.settings import HandoverSettings
from switchhook_responses import connect_to_agent

pytestmark = pytest.mark.anyio
SECRET = "whsec_" + "A" * 32
HAND_OVER = {
    "response_type": "connect_to_agent",
    "message_to_human_agent": "Disputes a bill. Card 4111 1111 1111 1111.",
    "topic": "bill",
    "transfer_info": {"target": {"queue": {"name": "billing"}}},
}


@pytest.fixture
def anyio_backend():
    return ("trio", {"clock": MockClock(autojump_threshold=0)})


class Handing:
    """As a server does it, which makes the desk."""

    def __init__(self, **table):
        self.desk = Desk(Options(table, place="plugins.handover", base=None).parse(HandoverSettings))
        self.posted = []
        self.desk._post = lambda number, options, body: self.posted.append(body)

    @hookimpl
    def turn_started(self, call, turn):
        self.desk.began(call, turn)

    @hookimpl(trylast=True)
    def rewrite_action(self, action, call):
        return self.desk.rewrite(action, call)


def bank(turn):
    return [HAND_OVER] if turn.text == "my bill" else ["Hello, how can I help?"]


async def handed_over(handing):
    async with a_call(MemoryAssistant(bank), plugins=[connect_to_agent, handing]) as talk:
        await talk.wait(5)
        talk.say("my bill")
        record = await talk.over()
        return talk.leg.outputs, record


async def test_the_flow_gets_turns_summary_intent_and_an_id():
    outputs, record = await handed_over(Handing(give="value"))
    assert re.fullmatch(r"[\w-]{22}", outputs["handoff_id"])
    assert outputs["handoff_turns"] == "bot: Hello, how can I help?\ncaller: my bill"
    assert outputs["wxa_agent_message"] == "Disputes a bill. Card •••."
    assert (outputs["wxa_topic"], outputs["wxa_transfer_target"]) == ("bill", "billing")
    assert "handoff_id" in record.custom_data


async def test_by_reference_the_flow_gets_nothing_personal():
    table = {"give": "reference", "to": "https://desk.example.com/", "secret": SECRET}
    handing = Handing(**table)
    outputs, _ = await handed_over(handing)
    assert set(outputs) == {"Intent", "wxa_end_reason", "wxa_transfer_target", "handoff_id"}
    (body,) = handing.posted
    assert body["handoff_id"] == outputs["handoff_id"]
    assert body["summary"] == "Disputes a bill. Card •••."
    assert body["turns"][-1] == {"who": "caller", "text": "my bill", "turn": 2}
    assert body["call"]["connector"] == "test"


async def test_without_being_told_to_it_gives_nothing():
    outputs, _ = await handed_over(Handing())
    assert "handoff_id" not in outputs
    assert outputs["wxa_topic"] == "bill"


async def test_a_connector_may_do_it_in_another_way():
    outputs, _ = await handed_over(Handing(give="value", connectors={"test": {"give": "nothing"}}))
    assert "handoff_id" not in outputs
    outputs, _ = await handed_over(Handing(connectors={"test": {"give": "value", "id": "ticket"}}))
    assert "ticket" in outputs


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"give": "reference"}, "needs an address"),
        ({"give": "reference", "to": "http://desk.example.com/", "secret": SECRET}, "needs an address"),
        ({"give": "reference", "to": "https://desk.example.com/"}, "secret"),
        ({"give": "reference", "to": "https://desk.example.com/", "secret": "short"}, "openssl"),
        ({"connectors": {"x": {"give": "all"}}}, "give"),
    ],
)
def test_a_table_that_cannot_work_is_refused(table, said):
    with pytest.raises(SettingsError, match=said):
        Handing(**table)
