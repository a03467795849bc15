"""Calls over real sockets on loopback."""

import contextlib
import json
import socket
import ssl
from contextlib import AsyncExitStack
from math import inf
from pathlib import Path

import anyio
import pytest
import trustme
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from switchhook import (
    AudioFormat,
    Busy,
    Closed,
    Digit,
    Gap,
    LanguageChanged,
    Options,
    Outcome,
    Paused,
    PlaybackFinished,
    PlaybackStarted,
    Resumed,
    ServerSettings,
    SettingsError,
    StartError,
    TurnReport,
)
from switchhook_audiohook.protocol import Media, Participant, events, states
from switchhook_audiohook.settings import GenesysSettings
from switchhook_transport_genesys import door, server, tls
from switchhook_transport_genesys.server import GenesysTransport
from switchhook_websocket import incoming

from .live import (
    CONNECT,
    DATA,
    ID,
    NULL,
    SECRET,
    TABLE,
    Call,
    Phone,
    dialled,
    headers_for,
    opening,
    serving,
)


@pytest.fixture
async def url(lobby):
    async with serving(lobby) as url:
        yield url


pytestmark = pytest.mark.anyio


# --- A call


async def test_a_signed_call_is_heard_answered_and_ended_with_its_variables(lobby, url):
    async with dialled(url) as phone:
        assert await phone.open() == events.Opened(Media())
        call = await lobby.legs.receive()
        await phone.say(b"a" * 1600, b"b" * 1600)
        await call.until(lambda call: len(call.heard) == 3200)
        call.leg.tell(TurnReport("match", "hello", 0.5))
        call.leg.play(bytes(call.heard))
        call.leg.end(Outcome("completed", "done"), {"verified": "true"})
        await phone.until(lambda: events.SessionClosed() in phone.told)
        assert phone.audio == b"a" * 1600 + b"b" * 1600
        assert phone.told[1:] == [
            events.TurnResponse("match", "hello", 0.5),
            events.Disconnected("completed", "done", {"verified": "true"}),
            events.SessionClosed(),
        ]
        assert phone.session.violation == ""
    await call.closed.wait()
    assert call.events == [Closed("ended")]


async def test_what_is_known_of_a_call_comes_with_its_leg(lobby, url):
    async with dialled(url) as phone:
        await phone.open(language="de-DE", input_variables={"tier": "gold"})
        info = (await lobby.legs.receive()).leg.info
    assert (info.id, info.connector, info.api_version) == (ID, "bank", "2024-08-25")
    assert (info.conversation_id, info.correlation_id, info.organization_id) == (ID, ID, ID)
    assert (info.ani, info.dnis, info.participant_name) == ("+4915550100", "bank", "Kim")
    assert (info.language, info.variables) == ("de-DE", {"tier": "gold"})
    assert info.details["ani"] == "tel:+4915550100"


async def test_digits_gaps_and_playback_come_in_the_order_of_the_wire(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        await phone.send("dtmf", digit="1")
        phone.session.send(*phone.session.stream.lose(0.5))
        await phone.send("playback_started")
        await phone.send("playback_completed")
        await phone.send("dtmf", digit="#")
        await phone.hang_up()
    await call.closed.wait()
    assert call.events == [
        Digit("1"),
        Gap(0.0, 0.5),
        PlaybackStarted(),
        PlaybackFinished(),
        Digit("#"),
        Closed("hung_up"),
    ]


async def test_a_flush_is_one_barge_in_after_the_old_audio_and_before_the_new(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        leg = (await lobby.legs.receive()).leg
        leg.flush()  # nothing plays yet
        leg.play(b"a" * 800)
        leg.flush()
        leg.flush()
        leg.play(b"b" * 800)
        await phone.until(lambda: len(phone.audio) == 1600)
        assert phone.order[1:] == [b"a" * 800, events.BargeIn(), b"b" * 800]


async def test_a_flush_drops_what_was_not_sent_yet(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        call.leg.play(b"a" * 800)
        phone.session.error(429, "slow down", retry_after=0.05)
        await phone.send("dtmf", digit="1")
        await call.until(lambda call: call.events)
        call.leg.play(b"b" * 800)
        call.leg.flush()
        call.leg.play(b"c" * 800)
        await phone.until(lambda: len(phone.audio) == 1600)
        assert phone.order[1:] == [b"a" * 800, events.BargeIn(), b"c" * 800]


async def test_the_end_waits_for_the_audio_before_it(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        phone.session.error(429, "slow down", retry_after=0.05)
        await phone.send("dtmf", digit="1")
        await call.until(lambda call: call.events)
        call.leg.play(b"farewell")
        call.leg.end(Outcome("completed"), {})
        await phone.until(lambda: events.SessionClosed() in phone.told)
        assert phone.order[1:3] == [b"farewell", events.Disconnected("completed", "", {})]


async def test_long_audio_is_split(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        leg = (await lobby.legs.receive()).leg
        leg.play(b"x" * 100_000)
        await phone.until(lambda: len(phone.audio) == 100_000)
        assert phone.session.violation == ""


async def test_a_pause_is_asked_of_the_client_and_ended_again(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        call.leg.pause()
        await phone.until(lambda: events.PauseAsked() in phone.told)
        await phone.say(b"a" * 800)
        call.leg.resume()
        await phone.until(lambda: events.ResumeAsked() in phone.told)
        await phone.say(b"b" * 800)
        await call.until(lambda call: call.heard)
    await call.closed.wait()
    assert call.heard == b"b" * 800
    assert call.events[:-1] == [Gap(0.0, 0.1)]  # a pause of ours is not one of the peer's


async def test_a_pause_of_the_clients_own_reaches_the_call(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        phone.session.pause()
        await phone.say(b"a" * 800)
        phone.session.resume()
        await phone.say(b"b" * 800)
        await call.until(lambda call: call.heard)
        await phone.hang_up()
    await call.closed.wait()
    assert call.events == [Paused(), Gap(0.0, 0.1), Resumed(), Closed("hung_up")]


async def test_a_pause_of_the_clients_own_goes_on_when_ours_is_over(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        call.leg.pause()
        await phone.until(lambda: events.PauseAsked() in phone.told)
        phone.session.pause()
        await phone.flush()
        await call.until(lambda call: call.events)
        call.leg.resume()
        await phone.until(lambda: events.ResumeAsked() in phone.told)
        await phone.send("dtmf", digit="1")
        phone.session.resume()
        await phone.send("dtmf", digit="2")
        await phone.hang_up()
    await call.closed.wait()
    assert call.events == [Paused(), Digit("1"), Resumed(), Digit("2"), Closed("hung_up")]


async def test_a_client_may_pause_before_the_call_has_begun(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        phone.session.pause()
        await phone.hang_up()
        call = await lobby.legs.receive()
    await call.closed.wait()
    assert call.events == [Paused(), Closed("hung_up")]


async def test_a_connector_may_start_paused(lobby):
    lobby.connectors["bank"]["start_paused"] = True
    async with serving(lobby) as url, dialled(url) as phone:
        await phone.open()
        await phone.say(b"a" * 800)
        call = await lobby.legs.receive()
        call.leg.resume()
        await phone.until(lambda: events.ResumeAsked() in phone.told)
        await phone.say(b"b" * 800)
        await call.until(lambda call: call.heard)
        assert call.heard == b"b" * 800


async def test_a_changed_language_reaches_the_call(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        await phone.send("update", language="es-US")
        await call.until(lambda call: call.events)
        assert call.events == [LanguageChanged("es-US")]


@pytest.mark.parametrize("configuration", [{"tier": 1}, '{"tier": 1}'])
async def test_the_integrations_configuration_comes_with_its_leg(lobby, url, configuration):
    async with dialled(url) as phone:
        await phone.open(custom_config=configuration)
        assert (await lobby.legs.receive()).leg.info.configuration == {"tier": 1}


async def test_turn_reports_can_be_switched_off(lobby):
    async with serving(lobby, TABLE | {"turn_reports": False}) as url, dialled(url) as phone:
        await phone.open()
        leg = (await lobby.legs.receive()).leg
        leg.tell(TurnReport("match", "hello"))
        leg.play(b"a" * 800)
        await phone.until(lambda: phone.audio)
        assert phone.told == [events.Opened(Media())]


async def test_a_client_that_offers_linear_samples_alone_is_served_in_them(lobby, url):
    async with dialled(url) as phone:
        opened = await phone.open(media=(Media(format="L16"),))
        leg = (await lobby.legs.receive()).leg
        assert (opened.media.format, leg.audio) == ("L16", AudioFormat("L16", 8000))


# --- Limits


async def test_a_client_that_sends_too_many_messages_is_cut_off(lobby):
    async with serving(lobby, TABLE | {"limits": {"messages": 1}}) as url:
        with contextlib.suppress(ConnectionClosed):
            async with dialled(url) as phone:
                await phone.open()
                await phone.say(*[b"a"] * 30)
                await phone.until(lambda: False)
        call = await lobby.legs.receive()
        await call.closed.wait()
        assert "transport.limits.messages" in call.events[-1].detail
        assert ("limit_hits", 1, {"limit": "messages"}) in lobby.figures


async def test_a_client_that_sends_too_much_is_cut_off(lobby):
    async with serving(lobby, TABLE | {"limits": {"bytes": 1000}}) as url:
        with contextlib.suppress(ConnectionClosed):
            async with dialled(url) as phone:
                await phone.open()
                await phone.say(b"a" * 8000, b"a" * 8000)
                await phone.until(lambda: False)
        call = await lobby.legs.receive()
        await call.closed.wait()
        assert ("limit_hits", 1, {"limit": "bytes"}) in lobby.figures


@pytest.mark.parametrize("limit", ["per_connector", "per_organization"])
async def test_above_a_limit_on_calls_one_is_given_back(lobby, limit):
    async with serving(lobby, TABLE | {"limits": {limit: 1}}) as url, dialled(url) as phone:
        await phone.open()
        await lobby.legs.receive()
        async with dialled(url) as second:
            told = await second.open()
        assert (told.reason, told.info.partition(" to")[0].partition(" of")[0]) == ("error", "too many calls")
        assert ("limit_hits", 1, {"limit": limit}) in lobby.figures


REFUSE = TABLE | {"when_full": "refuse"}


@pytest.mark.parametrize("limit", ["per_connector", "per_organization"])
async def test_above_a_limit_on_calls_the_upgrade_may_be_refused(lobby, limit):
    async with serving(lobby, REFUSE | {"limits": {limit: 1}}) as url, dialled(url) as phone:
        await phone.open()
        await lobby.legs.receive()
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(url):
                pass
        assert refused.value.response.status_code == 503
        assert ("limit_hits", 1, {"limit": limit}) in lobby.figures


async def test_a_call_that_ended_makes_room_for_the_next(lobby):
    async with serving(lobby, TABLE | {"limits": {"per_connector": 1}}) as url:
        for _ in range(2):
            async with dialled(url) as phone:
                await phone.open()
                call = await lobby.legs.receive()
                await phone.hang_up()
            await call.closed.wait()
            while lobby.answering:
                await anyio.sleep(0.001)


@pytest.mark.parametrize("table", [TABLE, REFUSE])
async def test_a_server_that_ends_gives_calls_back_and_never_refuses_them(lobby, table):
    """Genesys tries a call again that is given back, and none that is refused."""
    lobby.busy = Busy.STOPPING
    async with serving(lobby, table) as url, dialled(url) as phone:
        assert await phone.open() == events.Disconnected("error", "the server is stopping", {})


async def test_an_unknown_connector_may_be_refused_before_the_upgrade(lobby):
    async with serving(lobby, TABLE | {"unknown_connector": "not_found"}) as url:
        with pytest.raises(InvalidStatus) as refused:
            async with dialled(url, "/8/connect"):
                pass
    assert refused.value.response.status_code == 404


# --- Probes that look behind


DEEP = {"integrations": {"main": TABLE["integrations"]["main"] | {"probe": "deep"}}}


async def test_a_deep_probe_asks_the_engines_of_the_integrations_connectors(lobby):
    async with serving(lobby, DEEP) as url, dialled(url, "/") as phone:
        assert isinstance(await phone.open(conversation=NULL, participant=NULL), events.Opened)
        await phone.hang_up()
    assert lobby.probed == [["bank"]]


async def test_a_deep_probe_tells_why_callers_would_not_be_served(lobby):
    lobby.sick = "connector bank: tts: out of order"
    async with serving(lobby, DEEP) as url, dialled(url, "/") as phone:
        told = await phone.open(conversation=NULL, participant=NULL)
    assert told == events.Disconnected("error", "connector bank: tts: out of order", {})


# --- How calls end


async def test_a_caller_who_hangs_up_closes_the_leg(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        await phone.hang_up()
    await call.closed.wait()
    assert call.events == [Closed("hung_up")]


async def test_a_lost_socket_closes_the_leg(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        phone.ws.transport.abort()
        await call.closed.wait()
    assert call.events == [Closed("lost", "the connection broke")]


async def test_a_client_that_breaks_a_rule_is_told_and_its_leg_is_lost(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        await phone.ws.send("not json")
        await phone.until(lambda: events.SessionClosed() in phone.told)
        assert events.Disconnected("error", "not JSON", {}) in phone.told
    assert call.events == [Closed("lost", "not JSON")]


async def test_a_text_that_is_too_large_ends_the_connection(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        await phone.ws.send("x" * 65_537)
        with pytest.raises(ConnectionClosed) as caught:
            await phone.until(lambda: False)
        assert caught.value.rcvd.code == 1009
    await call.closed.wait()
    assert call.events[0].reason == "lost"


async def test_a_fragmented_message_is_put_together(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        phone.session.send("dtmf", {"digit": "5"})
        [text] = phone.session.data_to_send()
        await phone.ws.send([text[:20], text[20:]])
        await call.until(lambda call: call.events)
        assert call.events == [Digit("5")]


async def test_a_peer_that_does_not_read_loses_its_own_call(lobby, url):
    async with dialled(url) as phone, dialled(url) as other:
        await phone.open()
        call = await lobby.legs.receive()
        await other.open()
        neighbour = await lobby.legs.receive()
        phone.ws.transport.pause_reading()
        while not call.events:
            call.leg.play(b"x" * 64_000)
            await anyio.lowlevel.checkpoint()
        assert call.events == [Closed("lost", "the peer does not read")]
        neighbour.leg.play(b"y")
        await other.until(lambda: other.audio)
        phone.ws.transport.abort()


async def test_a_peer_that_leaves_what_its_socket_sends_unread_is_left(lobby, url, monkeypatch):
    monkeypatch.setattr(server, "STALLED", 0.05)
    monkeypatch.setattr(incoming, "SPARE_BURST", inf)  # so many pings are another test's
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        phone.ws.transport.pause_reading()
        while not call.events:
            for _ in range(100):  # answered by the library, in no queue of ours
                phone.ws.protocol.send_ping(b"x" * 125)
            phone.ws.send_data()
            await anyio.lowlevel.checkpoint()
        assert call.events == [Closed("lost", "the peer does not read")]
        phone.ws.transport.abort()


async def test_a_peer_that_pings_and_does_not_read_is_left(lobby):
    patient = TABLE | {"limits": {"messages": 1e6, "bytes": 1e9}}
    async with serving(lobby, patient) as url, dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        phone.ws.transport.pause_reading()
        with contextlib.suppress(ConnectionClosed):
            while not call.events:
                phone.session.send("ping")
                await phone.flush()
        await call.closed.wait()
        assert call.events == [Closed("lost", "the peer does not read")]
        phone.ws.transport.abort()


async def test_no_log_tells_keys_digits_or_variables(lobby, url, caplog):
    caplog.set_level("DEBUG")
    async with dialled(url) as phone:
        await phone.open(input_variables={"pin": "0815"})
        call = await lobby.legs.receive()
        await phone.send("dtmf", digit="4711")
        await phone.send("novelty", text="4711")
        call.leg.tell(TurnReport("match", "0815"))
        call.leg.end(Outcome("completed"), {"pin": "0815"})
        await phone.until(lambda: events.SessionClosed() in phone.told)
    lines = [line.getMessage() for line in caplog.records if line.name.startswith("switchhook")]
    assert [
        line for line in lines if "0815" in line or "4711" in line or "sig1" in line or "key" in line
    ] == []


async def test_a_call_that_is_given_up_is_ended_politely(lobby, url, monkeypatch):
    async def give_up(leg):
        leg.start(Call(leg))

    monkeypatch.setattr(lobby, "answer", give_up)
    async with dialled(url) as phone:
        await phone.open()
        await phone.until(lambda: events.SessionClosed() in phone.told)
        assert events.Disconnected("error", "the call was given up", {}) in phone.told


async def test_a_client_that_never_opens_is_left(lobby, url, monkeypatch):
    monkeypatch.setitem(states.LIMITS, states.State.CONNECTED, states.Limit(0.05, "open", 1008))
    async with dialled(url) as phone:
        with pytest.raises(ConnectionClosed) as caught:
            await phone.ws.recv()
        assert caught.value.rcvd.code == 1008


async def test_a_client_that_ignores_the_disconnect_is_left(lobby, url, monkeypatch):
    monkeypatch.setitem(states.LIMITS, states.State.DISCONNECTING, states.Limit(0.05, "close", 1000))
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        call.leg.end(Outcome("completed"), {})
        assert json.loads(await phone.ws.recv())["type"] == "disconnect"
        with pytest.raises(ConnectionClosed):
            await phone.ws.recv()
    await call.closed.wait()
    assert call.events == [Closed("lost", "no close in time")]


async def test_a_client_that_keeps_the_socket_after_closed_is_left(lobby, url, monkeypatch):
    monkeypatch.setitem(states.LIMITS, states.State.CLOSED, states.Limit(0.05, "socket", 1000))
    async with dialled(url) as phone:
        await phone.open()
        await phone.hang_up()
        with pytest.raises(ConnectionClosed) as caught:
            await phone.ws.recv()
        assert caught.value.rcvd.code == 1000


async def test_a_repeated_session_id_gets_a_leg_of_its_own(lobby, url):
    async with dialled(url) as first, dialled(url) as second:
        await first.open()
        one = await lobby.legs.receive()
        await second.open()
        other = await lobby.legs.receive()
        assert one.leg.info.id != other.leg.info.id
        await first.send("dtmf", digit="1")
        await one.until(lambda call: call.events)


# --- Probes and refusals


@pytest.mark.parametrize("path", ["/", "/7/connect", "/unknown/connect"])
@pytest.mark.parametrize("offers", [(), (Media(),), (Media(channels=("external", "internal")), Media())])
async def test_a_probe_is_opened_and_closed_without_a_call(lobby, url, path, offers):
    async with dialled(url, path) as phone:
        opened = await phone.open(conversation=NULL, participant=NULL, media=offers)
        assert opened == events.Opened(Media() if offers else None)
        await phone.hang_up()
    assert (lobby.answering, lobby.refusals) == (0, [])


@pytest.mark.parametrize(
    ("path", "info"),
    [
        ("/unknown/connect", "unknown connector"),
        ("/", "the Connector ID is missing"),
        ("/7/connect?version=new", "YYYY-MM-DD"),
    ],
)
async def test_a_call_to_no_connector_is_told_why(lobby, url, path, info):
    async with dialled(url, path) as phone:
        told = await phone.open()
        assert told.reason == "error"
        assert info in told.info
        await phone.until(lambda: events.SessionClosed() in phone.told)
    [(reason, details)] = lobby.refusals
    assert info in reason
    assert details["conversation_id"] == ID


async def test_an_organization_that_differs_from_the_header_is_refused(lobby, url):
    async with dialled(url) as phone:
        phone.session.open(opening(organization_id=NULL))
        await phone.flush()
        await phone.until(lambda: phone.told)
        assert phone.told[0] == events.Disconnected("unauthorized", "", {})
    assert [reason for reason, _ in lobby.refusals] == ["organizationId differs from the header"]


async def test_audio_before_open_is_reported_once(lobby, url):
    async with dialled(url) as phone:
        await phone.ws.send(b"x")
        await phone.ws.send(b"x")
        await phone.until(lambda: events.SessionClosed() in phone.told)
    assert [reason for reason, _ in lobby.refusals] == ["audio where none was agreed"]


@pytest.mark.parametrize("offers", [(), (Media(format="G722"),)])
async def test_a_call_without_usable_media_is_told_why(lobby, url, offers):
    async with dialled(url) as phone:
        told = await phone.open(media=offers)
        assert "no supported media" in told.info


@pytest.mark.parametrize(
    ("path", "secret", "status"),
    [
        (CONNECT, "MDEyMzQ1Njc4OWFiY2RlZg==", 401),
        (CONNECT, None, 401),
        ("/no/such/path", SECRET, 404),
        ("/no/such/path", None, 401),
    ],
)
async def test_a_refused_upgrade_tells_its_status_alone(lobby, url, path, secret, status):
    with pytest.raises(InvalidStatus) as caught:
        async with dialled(url, path, secret):
            pass
    assert (caught.value.response.status_code, caught.value.response.body) == (status, b"")
    assert len(lobby.refusals) == 1


async def test_a_replayed_request_is_refused(lobby, url):
    headers = headers_for(url, "/")
    async with connect(url, additional_headers=headers, proxy=None):
        pass
    with pytest.raises(InvalidStatus):
        await connect(url, additional_headers=headers, proxy=None)
    assert lobby.refusals[0][0] == "nonce-replayed"


@pytest.mark.parametrize("why", [Busy.FULL, Busy.LATE])
async def test_a_server_that_can_take_no_more_gives_calls_back(lobby, url, why):
    lobby.busy = why
    async with dialled(url) as phone:
        assert await phone.open() == events.Disconnected("error", why, {})
    assert [reason for reason, _ in lobby.refusals] == [why]


async def test_a_full_server_may_refuse_upgrades_and_then_openings(lobby):
    async with serving(lobby, REFUSE) as url:
        async with dialled(url) as phone:
            lobby.busy = Busy.FULL
            told = await phone.open()
            assert told == events.Disconnected("error", "too many calls", {})
        with pytest.raises(InvalidStatus) as caught:
            async with dialled(url):
                pass
    assert caught.value.response.status_code == 503
    assert [reason for reason, _ in lobby.refusals] == ["too many calls"] * 2


async def asked(url, path, method="GET"):
    """Status and body that a load balancer gets."""
    host, port = url.split("/")[2].split(":")
    async with await anyio.connect_tcp(host, int(port)) as stream:
        await stream.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = b"".join([chunk async for chunk in stream])
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/readyz?from=balancer"])
async def test_a_load_balancer_finds_a_server_alive_and_ready(url, path):
    assert await asked(url, path) == (200, b"ok\n")


async def test_a_server_that_is_full_or_ends_is_alive_and_not_ready(lobby, url):
    lobby.busy = "too many calls"
    assert [await asked(url, path) for path in ("/livez", "/readyz")] == [(200, b"ok\n"), (503, b"no\n")]


async def test_a_server_that_is_not_ready_any_more_may_still_take_calls(lobby, url):
    lobby.unready = "the server is stopping"
    assert await asked(url, "/readyz") == (503, b"no\n")
    async with dialled(url) as phone:
        assert isinstance(await phone.open(), events.Opened)


async def test_a_server_that_was_stuck_is_not_alive(lobby, url):
    lobby.stuck = True
    assert await asked(url, "/livez") == (503, b"no\n")


@pytest.mark.parametrize(("busy", "status"), [(None, 200), ("too many calls", 503)])
async def test_head_has_the_status_alone(lobby, url, busy, status):
    lobby.busy = busy
    assert await asked(url, "/readyz", "HEAD") == (status, b"")


async def test_what_is_no_question_is_not_answered_with_health(url):
    assert (await asked(url, "/readyz", "POST"))[0] == 405


async def test_nobody_without_a_key_is_told_more_than_a_status(lobby, url):
    lobby.busy = "too many calls"
    host, port = url.split("/")[2].split(":")
    async with await anyio.connect_tcp(host, int(port)) as stream:
        await stream.send(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b"".join([chunk async for chunk in stream])
    assert b"too many" not in answer
    assert b"websockets" not in answer


@pytest.mark.parametrize(
    "garbage",
    [b"\0" * 10_000, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", b"POST / HTTP/1.1\r\n\r\n"],
)
async def test_what_is_no_request_gets_no_call_and_harms_nobody(lobby, url, garbage):
    host, port = url.split("/")[2].split(":")
    async with await anyio.connect_tcp(host, int(port)) as stream:
        await stream.send(garbage)
        await until_closed(stream)
    async with dialled(url) as phone:
        await phone.open()


async def until_closed(stream):
    with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
        while True:
            await stream.receive()


# --- Starting and stopping


async def test_a_busy_port_is_named(lobby):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"port {port} on 127.0.0.1 is in use; .* \\[server\\] port"):
            await started(lobby, port=port)


async def started(lobby, **server):
    settings = Options(TABLE, place="transport", base=Path()).parse(GenesysSettings)
    await GenesysTransport(settings, ServerSettings(**server)).serve(
        lobby, task_status=anyio.TASK_STATUS_IGNORED
    )


async def test_a_wrong_address_of_a_connector_stops_the_start(lobby):
    lobby.connectors = {"bank": {"integration": "other", "instance_id": "7"}}
    with pytest.raises(SettingsError, match=r"connectors\.bank\.address"):
        await started(lobby)


@pytest.mark.parametrize(
    ("certificate", "key", "message"),
    [
        ("none.crt", "localhost.key", "server.tls.certificate: cannot read"),
        ("localhost.crt", "../conftest.py", "server.tls: expected a certificate in PEM"),
    ],
)
async def test_a_certificate_that_cannot_be_used_stops_the_start(lobby, certificate, key, message):
    with pytest.raises(StartError, match=message):
        await started(lobby, tls={"certificate": DATA / certificate, "key": DATA / key})


async def test_calls_come_over_tls(lobby):
    trust = ssl.create_default_context(cafile=DATA / "localhost.crt")
    files = {"certificate": DATA / "localhost.crt", "key": DATA / "localhost.key"}
    async with serving(lobby, tls=files) as url:
        assert url.startswith("wss://")
        async with dialled(url, ssl=trust) as phone:
            assert await phone.open() == events.Opened(Media())


async def test_a_refusal_that_took_longer_than_it_should_is_still_answered(lobby, url, monkeypatch):
    monkeypatch.setattr(door, "REFUSAL_TIME", -1.0)  # long over when the request is judged
    with pytest.raises(InvalidStatus) as refused:
        async with dialled(url, secret="c2VjcmV0"):
            pass
    assert refused.value.response.status_code == 401


async def test_round_trips_drift_and_broken_rules_are_figures(lobby, url):
    async with dialled(url) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        await phone.send("ping", rtt="PT0.084S")
        phone.session.stream.advance(16_000)  # two seconds that are not sent
        await phone.send("dtmf", digit="1")
        await call.until(lambda call: call.events)
        await phone.ws.send("no")
        await phone.until(lambda: any(isinstance(event, events.Disconnected) for event in phone.told))
    assert ("rtt_seconds", 0.084, {}) in lobby.figures
    assert ("position_drifts", 1, {}) in lobby.figures
    assert ("protocol_violations", 1, {"kind": "json"}) in lobby.figures


async def test_languages_of_a_connector_are_told_to_a_client_that_asks(lobby):
    async with serving(lobby) as url, dialled(url) as phone:
        phone.session.open(opening(supported_languages=True))
        await phone.flush()
        opened = json.loads(await phone.ws.recv())
    assert opened["parameters"]["supportedLanguages"] == ["en-US", "bank"]


@pytest.mark.parametrize(
    ("path", "languages"),
    [
        ("/", ["en-US", "bank", "shop"]),
        (CONNECT, ["en-US", "bank"]),
        ("/none/connect", ["en-US", "bank", "shop"]),
    ],
)
async def test_a_probe_that_asks_is_told_the_languages_of_what_it_may_reach(lobby, path, languages):
    lobby.connectors["shop"] = {"integration": "main", "instance_id": "8"}
    async with serving(lobby) as url, dialled(url, path) as phone:
        who = Participant(id=NULL)
        phone.session.open(opening(conversation_id=NULL, participant=who, supported_languages=True))
        await phone.flush()
        opened = json.loads(await phone.ws.recv())
    assert opened["parameters"]["supportedLanguages"] == languages


async def test_sessions_to_be_continued_begin_a_new_call_and_are_logged(lobby, url, caplog):
    earlier = {"id": NULL, "serverseq": 1, "clientseq": 2}
    async with dialled(url) as phone:
        assert await phone.open(continued_sessions=[earlier]) == events.Opened(Media())
    assert "1 sessions to be continued; a new one begins" in caplog.text


async def test_a_live_call_goes_on_while_the_certificate_is_renewed(lobby, tmp_path, monkeypatch):
    monkeypatch.setattr(tls, "RENEWAL_PERIOD", 0.01)
    trust, files = ssl.create_default_context(), {"certificate": tmp_path / "crt", "key": tmp_path / "key"}

    def issue():
        authority = trustme.CA()
        authority.configure_trust(trust)
        issued = authority.issue_cert("127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(files["certificate"])
        issued.private_key_pem.write_to_path(files["key"])
        return ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())

    issue()
    async with serving(lobby, tls=files) as url, dialled(url, ssl=trust) as phone:
        await phone.open()
        call = await lobby.legs.receive()
        renewed, shown = issue(), b""
        while shown != renewed:
            async with dialled(url, ssl=trust) as other:
                shown = other.ws.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        await phone.say(b"still here")
        await call.until(lambda call: call.heard == b"still here")


async def test_the_public_url_is_what_signatures_cover_and_where_connectors_live(lobby):
    public = "wss://voice.example.com/genesys/"
    async with serving(lobby, public_url=public) as url:
        path = "/genesys" + CONNECT
        target = url.split("/genesys")[0] + path
        headers = headers_for(public, path)
        async with connect(target, additional_headers=headers, proxy=None) as ws:
            assert await Phone(ws).open() == events.Opened(Media())


async def test_when_cancelled_nothing_listens_and_calls_are_over(lobby):
    async with AsyncExitStack() as phones:
        async with serving(lobby) as url:
            phone = await phones.enter_async_context(dialled(url))
            await phone.open()
            call = await lobby.legs.receive()
        assert call.events == [Closed("lost", "the connection broke")]
        assert lobby.answering == 0
        host, port = url.split("/")[2].split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)))
