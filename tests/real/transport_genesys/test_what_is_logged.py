"""What an operator reads of sessions, on real sockets: one line each, with the id that support asks for."""

import base64
import json

import anyio
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from switchhook import Closed, Outcome
from switchhook_audiohook.protocol import events
from switchhook_audiohook.signature import UpgradeRequest
from switchhook_transport_genesys import door, remarks

from ...audiohook.at_once import at_once
from ...transport_genesys.test_upgrade import NOW, gate, signed
from .live import ID, NULL, TABLE, dialled, headers_for, serving
from .test_odd_clients import warnings

OTHER_SECRET = base64.b64encode(b"another secret").decode()
PROBE = {"conversation": NULL, "participant": NULL}
MALFORMED = "Connection probe error: Message is malformed"


def lines(caplog):
    return [
        record.getMessage() for record in caplog.records if record.name.startswith("switchhook_transport")
    ]


@pytest.fixture
async def url(lobby, caplog):
    caplog.set_level("INFO")
    async with serving(lobby) as url:
        yield url


@pytest.fixture
async def phone(lobby, url):
    async with dialled(url) as phone:
        yield phone


@pytest.fixture
async def call(lobby, phone):
    await phone.open()
    return await lobby.legs.receive()


# --- Probes


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/7/connect", "/unknown/connect"])
async def test_a_probe_that_is_answered_is_one_line_that_names_its_integration(url, caplog, path):
    async with dialled(url, path) as phone:
        await phone.open(**PROBE)
        await phone.hang_up()
    wanted = (
        f"a probe of main from 127.0.0.1 is answered; conversation none, as it is a probe, correlation {ID}"
    )
    assert lines(caplog) == [wanted]


@pytest.mark.anyio
async def test_a_probe_that_finds_sick_engines_is_one_line_too(lobby, caplog):
    caplog.set_level("INFO")
    lobby.sick = "connector bank: tts: out of order"
    deep = {"integrations": {"main": TABLE["integrations"]["main"] | {"probe": "deep"}}}
    async with serving(lobby, deep) as url, dialled(url, "/") as phone:
        await phone.open(**PROBE)
    [line] = lines(caplog)
    assert line.startswith(f"a probe found that calls would not be served: {lobby.sick}; ")


@pytest.mark.anyio
async def test_a_call_is_no_probe(call, phone, caplog):
    await phone.hang_up()
    assert lines(caplog) == []


@pytest.mark.anyio
async def test_a_call_that_is_turned_away_is_one_line(url, caplog):
    async with dialled(url, "/unknown/connect") as phone:
        await phone.open()
    [line] = lines(caplog)
    assert line.startswith("a call is turned away: unknown connector; ")
    assert line.endswith(f"; conversation {ID}, correlation {ID}")


# --- What the client complains of


async def complain(phone, *errors):
    for error in errors:
        phone.session.send("error", error)
    phone.session.close("error")
    await phone.flush()
    await phone.until(lambda: events.SessionClosed() in phone.told)


@pytest.mark.anyio
async def test_a_complaint_after_a_probe_is_told_in_the_clients_words(url, caplog):
    async with dialled(url, "/") as phone:
        await phone.open(**PROBE)
        await complain(phone, {"code": 400, "message": MALFORMED})
    said = (
        f'the client reports error 400, "{MALFORMED}"; conversation none, as it is a probe, correlation {ID}'
    )
    assert lines(caplog)[1:] == [said]


@pytest.mark.anyio
async def test_a_complaint_before_open_is_told_with_its_correlation(phone, caplog):
    envelope = {"version": "2", "id": ID, "serverseq": 0, "position": "PT0S"}
    for seq, (kind, parameters) in enumerate([("error", {"code": 500, "message": "no"}), ("ping", {})], 1):
        await phone.ws.send(json.dumps(envelope | {"type": kind, "seq": seq, "parameters": parameters}))
    await phone.ws.recv()
    assert lines(caplog) == [f'the client reports error 500, "no"; conversation not open, correlation {ID}']


@pytest.mark.anyio
@pytest.mark.parametrize("message", ["", " ", None, 7])
async def test_a_complaint_without_words_has_none_made_up(call, phone, caplog, message):
    await complain(phone, {"code": 503, "message": message})
    assert any(line.startswith("the client reports error 503; conversation ") for line in lines(caplog))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("pin 4711 of tel:+4930٣", "pin •••• of tel:+•••••"),
        ("a\nb\r\tc\x1b[31m\x07", r"a\nb\r\tc\x1b[••m\x07"),
        ("\u202eevil\u2066 \u2028 \ufeff", r"\u202eevil\u2066 \u2028 \ufeff"),
        ("größe ☎", "größe ☎"),
        ("x" * 200, "x" * 200),
        ("x" * 60_000, "x" * 200 + "…"),
    ],
)
def test_a_clients_words_are_one_line_without_digits_that_does_nothing_to_a_terminal(words, told):
    assert remarks.quoted(words) == f'"{told}"'


@pytest.mark.anyio
async def test_a_client_that_takes_no_audio_is_told_to_be_one_of_audiohook_monitor(call, phone, caplog):
    await complain(phone, {"code": 415, "message": "Unexpected binary message"})
    [line] = warnings(caplog)
    assert "; likely cure: the integration in Genesys is one of AudioHook Monitor" in line
    assert "add one of Audio Connector" in line


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("errors", "why"),
    [
        ([{"code": 415, "message": ""}], "the client failed with error 415"),
        ([{"code": 429, "message": ""}, {"code": 408, "message": ""}], "the client failed with error 408"),
        ([], "the client failed"),
    ],
)
async def test_a_call_that_its_client_breaks_off_ends_with_the_code_of_its_complaint(
    call, phone, errors, why
):
    await complain(phone, *errors)
    await call.closed.wait()
    assert call.events == [Closed("lost", why)]


# --- Who is refused


def test_a_signed_request_for_a_key_that_is_configured_unsigned_is_refused_for_that():
    request = signed(key="old")
    headers = [(name, value.replace("old", "open")) for name, value in request.headers]
    refused = at_once(gate().judge(UpgradeRequest("GET", request.target, "", headers), "", NOW))
    assert (refused.status, refused.delay) == (401, True)
    assert refused.reason == "signed, and the key is configured unsigned"


@pytest.mark.parametrize(
    "more", [("Signature", "sig1=:AAAA:"), ("Signature-Input", "sig1=()"), ("Signature", "?")]
)
def test_whatever_the_signature_is_like_an_unsigned_key_is_the_reason(more):
    request = signed(key="open")
    refused = at_once(
        gate().judge(UpgradeRequest("GET", request.target, "", [*request.headers, more]), "", NOW)
    )
    assert refused.reason == "signed, and the key is configured unsigned"


def test_a_wrong_signature_under_a_key_with_a_secret_is_still_that():
    request = signed(key="old")
    headers = [
        (name, value[:-6] + "AAAA=:" if name == "Signature" else value) for name, value in request.headers
    ]
    refused = at_once(gate().judge(UpgradeRequest("GET", request.target, "", headers), "", NOW))
    assert refused.reason == "bad-signature"


@pytest.mark.anyio
async def test_the_cure_for_a_needless_signature_says_what_is_configured(lobby, caplog):
    table = {"integrations": {"lab": {"keys": [{"api_key": "key", "unsigned": True}]}}}
    lobby.connectors = {}
    async with serving(lobby, table) as url:
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers=headers_for(url, "/"), proxy=None)
    [line] = warnings(caplog)
    assert "; likely cure: this API key is configured unsigned = true: " in line
    assert "compare the client secret" not in line


async def knocks(url, key):
    with pytest.raises(InvalidStatus):
        await connect(url, additional_headers=headers_for(url, "/", key=key), proxy=None)


@pytest.mark.anyio
async def test_refusals_that_have_no_line_are_counted_and_hide_none_of_another_reason(
    lobby, caplog, monkeypatch
):
    monkeypatch.setattr(door, "LOG_RATE", 0.001)
    async with serving(lobby) as url:
        async with anyio.create_task_group() as group:
            for _ in range(door.LOG_BURST + 5):
                group.start_soon(knocks, url, "unknown")
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers=headers_for(url, "/", secret=OTHER_SECRET), proxy=None)
    told = warnings(caplog)
    assert len(told) == door.LOG_BURST + 2
    assert told[-1] == "5 more upgrades refused, left out here: 5 wrong-key"
    assert ", bad-signature; " in told[-2]


async def test_of_many_variables_that_are_too_long_few_names_are_told(lobby, url, caplog):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        outputs = {f"{number:02}{'n' * 100}": "x" * 60_000 for number in range(20)}
        call.leg.end(Outcome("completed"), outputs)
        await phone.until(lambda: events.SessionClosed() in phone.told)
    [line] = [line.getMessage() for line in caplog.records if "too long to send" in line.getMessage()]
    assert line.endswith(" and 9 more")
    assert line.count("n" * 62) == 10
    assert "n" * 63 not in line
