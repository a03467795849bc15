"""Wild input through real sockets: an end, never anything else."""

import json
import random

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from switchhook_audiohook.protocol import Media, events
from switchhook_transport_genesys import door

from .live import CONNECT, ID, Lobby, dialled, headers_for, serving

SESSIONS = 150
KINDS = [
    "open",
    "ping",
    "dtmf",
    "update",
    "paused",
    "resumed",
    "discarded",
    "playback_started",
    "error",
    "close",
    "x",
]


def wild(chance, seq):
    """A message that is right in most of its parts."""
    parameters = chance.choice(
        [
            {},
            {"digit": "1"},
            {"start": "PT1S", "discarded": "PT1S"},
            {"language": "de-DE"},
            {"code": 429, "message": ""},
            [],
            None,
        ]
    )
    message = {"version": "2", "id": ID, "type": chance.choice(KINDS), "seq": seq, "serverseq": 0}
    message |= {"position": "PT0S", "parameters": parameters}
    if chance.random() < 0.1:
        message[chance.choice(list(message))] = chance.choice([None, -1, "x", [], 2**70, {}])
    text = json.dumps(message)
    return text[: chance.randrange(len(text))] if chance.random() < 0.02 else text


async def misbehave(url, chance):
    try:
        async with dialled(url) as phone:
            if chance.random() < 0.8:
                await phone.open()
            for number in range(chance.randrange(1, 30)):
                data = (
                    wild(chance, number + 2)
                    if chance.random() < 0.7
                    else chance.randbytes(chance.randrange(3000))
                )
                await phone.ws.send(data)
            if chance.random() < 0.5:
                phone.ws.transport.abort()
    except (ConnectionClosed, InvalidStatus, InvalidMessage, OSError):
        pass


@pytest.fixture
async def lobby(anyio_backend):
    lobby = Lobby(room=SESSIONS + 1)
    yield lobby
    lobby.close()


@pytest.mark.anyio
async def test_after_many_wild_sessions_a_good_call_is_served_and_nothing_is_left(lobby, caplog):
    async with serving(lobby) as url:
        for number in range(SESSIONS):
            await misbehave(url, random.Random(number))
        async with dialled(url) as phone:
            assert await phone.open() == events.Opened(Media())
            await phone.hang_up()
        while lobby.answering:
            await anyio.sleep(0.01)
    counts = [value for name, value, _ in lobby.figures if name == "connections"]
    assert sum(counts) == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR" or record.exc_info]


@pytest.mark.anyio
async def test_wild_upgrade_requests_are_refused_and_a_good_one_is_served(lobby, caplog, monkeypatch):
    monkeypatch.setattr(door, "REFUSAL_TIME", 0.001)
    statuses = set()
    async with serving(lobby) as url:
        for number in range(SESSIONS):
            chance = random.Random(number)
            headers = headers_for(url, CONNECT)
            at = chance.randrange(len(headers))
            name, value = headers[at]
            cut = chance.randrange(len(value))
            wild = value[:cut] + chance.choice(["", "%", '"', ";a", "é"]) + value[cut + 1 :]
            headers[at] = (name, wild if wild != value else "")
            try:
                async with connect(url.rstrip("/") + CONNECT, additional_headers=headers, proxy=None):
                    statuses.add(101)
            except InvalidStatus as error:
                statuses.add(error.response.status_code)
            except (InvalidMessage, UnicodeEncodeError):
                pass
        async with dialled(url) as phone:
            assert await phone.open() == events.Opened(Media())
            await phone.hang_up()
    assert statuses <= {401, 400}
    assert 401 in statuses
    assert not [record for record in caplog.records if record.levelname == "ERROR" or record.exc_info]
