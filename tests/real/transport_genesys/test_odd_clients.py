"""A client that writes in a form of its own, on a real socket: the call is served and the log says it once."""

import json

import pytest

from .live import ID, dialled, serving

pytestmark = pytest.mark.anyio


async def converse(phone, *messages):
    """Sends them as texts, numbered, and returns the types of as many answers."""
    for seq, (kind, parameters) in enumerate(messages, 1):
        envelope = {"version": "2", "id": ID, "type": kind, "seq": seq, "serverseq": 0, "position": "PT0S"}
        await phone.ws.send(json.dumps(envelope | {"parameters": parameters}))
    return [json.loads(await phone.ws.recv())["type"] for _ in messages]


def opening(**changes):
    media = [{"type": "audio", "format": "PCMU", "channels": ["external"], "rate": 8000}]
    return {"organizationId": ID, "conversationId": ID, "participant": {"id": ID}, "media": media} | changes


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


async def test_the_first_odd_field_of_a_call_is_named_once_and_without_its_value(lobby, caplog):
    odd = {"id": ID, "ani": None, "aniName": 4711}
    async with serving(lobby) as url, dialled(url) as phone:
        pings = [("ping", {"rtt": "soon"})] * 5
        told = await converse(phone, ("open", opening(participant=odd, supportedLanguages="true")), *pings)
    assert sorted(told) == ["opened", *["pong"] * 5]
    [line] = warnings(caplog)
    assert "open.participant.ani " in line
    assert "4711" not in caplog.text


async def test_a_key_that_cannot_be_read_is_named_without_its_value(lobby, caplog):
    async with serving(lobby) as url, dialled(url) as phone:
        await phone.open()
        await phone.send("dtmf", digit="4711")
        await phone.hang_up()
    [line] = warnings(caplog)
    assert "dtmf.digit " in line
    assert "4711" not in caplog.text


async def test_a_client_that_adds_fields_of_its_own_is_not_remarked(lobby, caplog):
    async with serving(lobby) as url, dialled(url) as phone:
        await converse(phone, ("open", opening(novelty={"a": 1})), ("ping", {"novelty": None}))
    assert warnings(caplog) == []


async def test_half_of_a_surrogate_pair_reaches_the_engine_as_a_replacement(lobby):
    who = {"id": ID, "aniName": "Kim \ud83d"}
    async with serving(lobby) as url, dialled(url) as phone:
        await converse(phone, ("open", opening(participant=who, inputVariables={"a\udc00": "\ud800"})))
        call = await lobby.legs.receive()
    info = call.leg.info
    assert (info.participant_name, dict(info.variables)) == ("Kim \ufffd", {"a\ufffd": "\ufffd"})
