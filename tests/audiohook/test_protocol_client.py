"""The client's half is as strict as Genesys: what it does with servers that break the rules."""

import pytest

from switchhook_audiohook.protocol import ClientState, Media, events

from .raw_server import MONO, SESSION, RawServer

TWO = Media(channels=("external", "internal"))


@pytest.fixture
def server():
    return RawServer()


@pytest.fixture
def open_server(server):
    server.ask()
    server.send("opened", {"startPaused": False, "media": [MONO]})
    return server


def test_opened_with_the_offer_opens(server):
    server.ask()
    assert server.send("opened", {"media": [MONO]}) == [events.Opened(Media())]
    assert server.session.state is ClientState.OPEN


@pytest.mark.parametrize(
    "media",
    [
        [MONO, MONO],
        [MONO | {"rate": 16000}],
        [MONO | {"channels": ["internal", "external"]}],
        [MONO | {"codec": "x"}],
        [{"type": "audio"}],
        None,
    ],
)
def test_opened_with_other_media_than_offered_is_fatal(server, media):
    server.ask(TWO, Media())
    server.send("opened", {"media": media})
    assert server.failed(400)


def test_opened_too_late_is_fatal(server):
    server.ask()
    assert server.tick(5.0) == [events.TimedOut("opened")]
    assert server.failed(408)


@pytest.mark.parametrize(
    ("kind", "parameters", "envelope", "code"),
    [
        ("pong", {}, {"seq": 3}, 500),
        ("pong", {}, {"seq": 1}, 500),
        ("pong", {}, {"clientseq": 9}, 500),
        ("novelty", {}, {}, 500),
        ("pong", {}, {"parameters": None}, 400),
        ("pong", {}, {"position": "PT0S"}, 400),
        ("pong", {}, {"serverseq": 1}, 400),
        ("closed", {"outputVariables": {}}, {}, 400),
        ("closed", {}, {}, 409),
        ("opened", {"media": [MONO]}, {}, 409),
        ("event", {"entities": []}, {}, 400),
        ("event", {"entities": [{"type": "barge_in", "data": {"a": 1}}]}, {}, 400),
        ("event", {"entities": [{"type": "bot_turn_response", "data": {"disposition": "yes"}}]}, {}, 400),
        ("disconnect", {"reason": "normal"}, {}, 400),
        ("disconnect", {"reason": "completed", "outputVariables": {"a": True}}, {}, 400),
    ],
)
def test_a_server_that_breaks_a_rule_ends_the_session(open_server, kind, parameters, envelope, code):
    open_server.send(kind, parameters, **envelope)
    assert open_server.failed(code)
    assert open_server.session.violation


def test_after_a_fault_closed_is_still_understood(open_server):
    open_server.send("novelty")
    assert open_server.send("closed") == [events.SessionClosed()]


@pytest.mark.parametrize("kind", ["pause", "resume"])
def test_a_pause_before_opened_is_fatal(server, kind):
    server.ask()
    server.send(kind)
    assert server.failed(409)


def test_audio_before_opened_is_fatal(server):
    server.ask()
    assert server.session.receive_audio(b"x") == b""
    server.read()
    assert server.failed(409)


def test_audio_of_more_than_64000_bytes_is_fatal(open_server):
    assert open_server.session.receive_audio(b"x" * 64_000)
    open_server.session.receive_audio(b"x" * 64_001)
    open_server.read()
    assert open_server.failed(413)


@pytest.mark.parametrize("when", ["preparing", "opening", "open"])
def test_a_disconnect_is_answered_with_close_at_any_time(server, when):
    if when != "preparing":
        server.ask()
    if when == "open":
        server.send("opened", {"media": [MONO]})
    [told] = server.send("disconnect", {"reason": "unauthorized", "info": "x", "outputVariables": {"a": "b"}})
    assert told == events.Disconnected("unauthorized", "x", {"a": "b"})
    assert server.received[-1]["parameters"] == {"reason": "disconnect"}


def test_pings_come_after_a_second_at_once_and_then_every_five(open_server):
    times = []
    for _ in range(4):
        open_server.tick(open_server.session.deadline() - open_server.now)
        times.append(open_server.now)
        open_server.now += 0.25
        open_server.send("pong", clientseq=len(open_server.received))
    assert times == [1.0, 1.25, 6.25, 11.25]
    assert open_server.received[-1]["parameters"] == {"rtt": "PT0.25S"}


def test_a_missing_pong_is_fatal_when_the_next_ping_is_due(open_server):
    open_server.tick(1.0)
    assert open_server.tick(4.9) == []
    assert open_server.tick(0.1) == [events.TimedOut("pong")]
    assert open_server.failed(408)


@pytest.mark.parametrize(("pinged", "code"), [(True, 400), (False, 409)])
def test_a_wrong_pong_is_reported_and_the_session_goes_on(open_server, pinged, code):
    if pinged:
        open_server.tick(1.0)
    open_server.send("pong", clientseq=1)
    assert open_server.received[-1]["parameters"]["code"] == code
    assert (open_server.session.state, open_server.session.violation) == (ClientState.OPEN, "")


def test_a_missing_closed_ends_the_wait_after_ten_seconds(open_server):
    open_server.session.close("end")
    assert open_server.tick(10.0) == [events.TimedOut("closed")]
    assert open_server.types[-1] == "error"
    assert open_server.session.state is ClientState.CLOSED


def test_closing_again_says_nothing(open_server):
    open_server.session.close("end")
    open_server.session.close("end")
    open_server.read()
    assert open_server.types == ["open", "close"]


def test_entities_of_an_event_are_told_one_by_one(open_server):
    entities = [
        {"type": "barge_in", "data": {}},
        {"type": "bot_turn_response", "data": {"disposition": "match", "text": "hi", "confidence": 1}},
        {"type": "agentassist", "data": [1]},
    ]
    told = open_server.send("event", {"entities": entities})
    turn = events.TurnResponse("match", "hi", 1.0)
    assert told == [events.BargeIn(), turn, events.EntityReceived("agentassist", [1])]


def test_a_pause_is_confirmed_and_its_audio_reported_as_missing(open_server):
    open_server.session.send_audio(b"x" * 800)
    assert open_server.send("pause") == [events.PauseAsked()]
    open_server.session.send_audio(b"x" * 4000)
    open_server.send("resume")
    assert open_server.types == ["open", "audio", "paused", "resumed"]
    assert open_server.received[-1]["parameters"] == {"start": "PT0.1S", "discarded": "PT0.5S"}


def test_a_resume_during_its_own_pause_is_answered_with_paused(open_server):
    open_server.session.pause()
    open_server.send("pause")
    open_server.send("resume")
    open_server.session.resume()
    open_server.read()
    assert open_server.types == ["open", "paused", "paused", "paused", "resumed"]


def test_started_paused_it_confirms(server):
    server.ask()
    server.send("opened", {"media": [MONO], "startPaused": True})
    server.session.send_audio(b"x")
    server.read()
    assert server.types == ["open", "paused"]


def test_numbers_and_position_of_what_it_sends(open_server):
    open_server.session.send_audio(b"x" * 12_000)
    open_server.session.send("dtmf", {"digit": "5"})
    open_server.read()
    assert open_server.received[-1] == {
        "version": "2",
        "id": SESSION,
        "type": "dtmf",
        "seq": 2,
        "serverseq": 1,
        "position": "PT1.5S",
        "parameters": {"digit": "5"},
    }
