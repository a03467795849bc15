"""Wild input, through real sockets and to the parsers alone: a verdict or an end, never anything else."""

import json
import random
import re

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from switchhook_transport_genesys import door
from switchhook_transport_genesys.nonces import NonceCache
from switchhook_transport_genesys.protocol import Media, ServerSession, events
from switchhook_transport_genesys.signature import UpgradeRequest, Verdict, sign, verify

from .conftest import RawClient
from .live import CONNECT, ID, Lobby, dialled, headers_for, serving

NOW = 1_750_000_000.0
SECRET = b"secret"
HEADERS = [(f"Audiohook-{name}-Id", ID) for name in ("Organization", "Session", "Correlation")]
ASKED = UpgradeRequest("GET", CONNECT, "voice.example.com", HEADERS)
SIGNED = [*HEADERS, *sign(ASKED, "key", SECRET, NOW, "0123456789012345678901")]


# --- Signature headers


edits = st.tuples(
    st.sampled_from(["cut", "insert", "repeat", "swap", "case"]),
    st.integers(0, 400),
    st.integers(1, 20),
    st.sampled_from(
        ['"', ";", "=", ",", ":", "(", ")", " ", "\\", "\t", "9" * 30, "é", "\udc80", "?1", '"@method"']
    ),
)


def edited(text, edit):
    how, at, length, new = edit
    at %= len(text) + 1
    cut = text[at : at + length]
    return (
        text[:at]
        + {
            "cut": "",
            "insert": new + cut,
            "repeat": cut + cut,
            "swap": cut[::-1],
            "case": cut.swapcase(),
        }[how]
        + text[at + length :]
    )


def meaning(headers):
    """What a signature covers, and the signature: the same for two requests that say the same."""
    return {name.lower(): re.sub(r"\s", "", value) for name, value in headers}


@given(
    st.sampled_from(["Signature", "Signature-Input", "X-API-KEY"]), st.lists(edits, min_size=1, max_size=3)
)
def test_an_edited_header_gets_a_verdict_and_passes_only_if_it_says_the_same(name, several):
    headers = []
    for field, value in SIGNED:
        text = value
        for edit in several if field.lower() == name.lower() else ():
            text = edited(text, edit)
        headers.append((field, text))
    request = UpgradeRequest("GET", CONNECT, "voice.example.com", headers)
    verdict = verify(request, {"key": SECRET}, NOW, NonceCache())
    assert isinstance(verdict, Verdict)
    assert verdict is not Verdict.VERIFIED or meaning(headers) == meaning(SIGNED)


@given(st.permutations(SIGNED))
def test_headers_in_any_order_are_verified(headers):
    request = UpgradeRequest("GET", CONNECT, "voice.example.com", headers)
    assert verify(request, {"key": SECRET}, NOW, NonceCache()) is Verdict.VERIFIED


@given(st.permutations(SIGNED), st.sampled_from(HEADERS))
def test_a_signed_header_that_comes_twice_is_refused(headers, again):
    request = UpgradeRequest("GET", CONNECT, "voice.example.com", [*headers, again])
    assert verify(request, {"key": SECRET}, NOW, NonceCache()) is not Verdict.VERIFIED


# --- JSON


ODD = [
    "1e400", "-0", "NaN", "Infinity", "9" * 400, '"\\ud800"', "[" * 500, "{" * 500, '"' + "x" * 60_000 + '"',
    "null", "true", '{"a":1,"a":2}', '"\\u0000"', "PT1S", "[]", "{}", '""', "-1", "1.5",
]  # fmt: skip
FIELDS = ["version", "id", "type", "seq", "serverseq", "position", "parameters"]


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(ODD)), max_size=3), st.booleans())
def test_an_odd_envelope_is_a_broken_rule_or_ignored(changes, opened):
    client = RawClient()
    if opened:
        client.open()
    good = {"version": '"2"', "id": f'"{ID}"', "type": '"dtmf"', "seq": str(client.seq + 1)}
    good |= {"serverseq": "0", "position": '"PT0S"', "parameters": '{"digit":"5"}'} | dict(changes)
    told = client.send_text("{" + ",".join(f'"{name}":{value}' for name, value in good.items()) + "}")
    assert all(
        isinstance(each, events.Ignored | events.ProtocolViolation | events.DigitReceived | events.Drifted)
        for each in told
    )


@given(st.sampled_from(list(RawClient().opening())), st.sampled_from(ODD))
def test_an_open_of_other_types_is_refused_or_read(name, value):
    client = RawClient()
    parameters = {key: json.dumps(each) for key, each in client.opening().items()} | {name: value}
    text = ",".join(f'"{key}":{each}' for key, each in parameters.items())
    told = client.send_text(
        f'{{"version":"2","id":"{ID}","type":"open","seq":1,"serverseq":0,"position":"PT0S","parameters":{{{text}}}}}'
    )
    assert isinstance(told[0], events.Opening | events.ProtocolViolation)


@given(st.lists(st.binary(max_size=2000), max_size=10), st.sampled_from(["PCMU", "L16"]), st.booleans())
def test_audio_of_any_bytes_is_heard_in_whole_samples_or_a_broken_rule(frames, coding, both):
    channels = ("external", "internal") if both else ("external",)
    session = ServerSession(ID, ID, lambda: 0.0)
    client = RawClient()
    client.session = session
    client.send("open", client.opening(organizationId=ID), id=ID)
    session.opened(Media(format=coding, channels=channels))
    width = 2 if coding == "L16" else 1
    for frame in frames:
        heard = session.receive_audio(frame)
        assert len(heard) % width == 0
        assert len(heard) in (0, len(frame) // len(channels))
    odd = [frame for frame in frames if len(frame) % (width * len(channels))]
    assert bool(session.violation) is bool(odd)


# --- Sockets


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
@pytest.mark.slow
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
@pytest.mark.slow
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
