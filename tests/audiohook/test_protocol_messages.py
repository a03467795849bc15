"""Fields and messages that few peers use: each is read, and sent, as the protocol lists it."""

import pytest

from switchhook_audiohook.protocol import ClientSession, Media, State, choose, events

UTTERANCE = "3e9d1c58-40f2-4c37-9b6d-0a1b2c3d4e5f"
EARLIER = {"id": "2f8d0b47-3f01-4b26-8a5c-f9a0b1c2d3e4", "serverseq": 7, "clientseq": 9}


def answered(client, changes, **answer):
    """The parameters of `opened`."""
    client.send("open", client.opening(**changes))
    client.session.opened(Media(), **answer)
    client.read()
    return client.last["parameters"]


# --- opened


def test_languages_are_told_to_a_client_that_asks(client):
    told = answered(client, {"supportedLanguages": True}, languages=["en-US", "de-DE"])
    assert told["supportedLanguages"] == ["en-US", "de-DE"]


def test_a_client_that_asks_gets_a_list_if_an_empty_one(client):
    assert answered(client, {"supportedLanguages": True}, languages=[])["supportedLanguages"] == []


@pytest.mark.parametrize("changes", [{}, {"supportedLanguages": False}])
def test_languages_are_not_told_to_a_client_that_does_not_ask(client, changes):
    assert "supportedLanguages" not in answered(client, changes, languages=["en-US"])


def test_a_server_may_ask_for_audio_from_a_later_position_on(client):
    assert answered(client, {}, discard_to=2.5)["discardTo"] == "PT2.5S"


def test_a_position_that_has_passed_is_not_asked_for(client):
    assert "discardTo" not in answered(client, {}, discard_to=0.0)


# --- Sessions to be continued


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, 0),
        ([], 0),
        ([EARLIER], 1),
        ([EARLIER, {"id": "x"}, 7], 1),
        ("none", 0),
        ([EARLIER] * 100, 16),
    ],
)
def test_earlier_sessions_are_read_as_far_as_they_are_well_formed(client, given, read):
    [event] = client.send("open", client.opening(continuedSessions=given))
    assert len(event.parameters.continued_sessions or ()) == read


# --- event transcript, reconnect


@pytest.fixture
def pair(client):
    """Both halves of one open session."""
    return Pair(client)


class Pair:
    def __init__(self, raw):
        self.server = raw.session
        self.client = ClientSession(raw.session_id, lambda: raw.now)
        self.told = []
        opening = raw.send("open", raw.opening())[0].parameters
        raw.session.opened(choose(opening.media))
        self.client.open(opening)
        self.client.data_to_send()
        self.exchange()

    def exchange(self):
        for text in self.server.data_to_send():
            self.told += self.client.receive_text(text)


def test_a_transcript_is_understood_by_a_strict_client(pair):
    pair.server.transcript(UTTERANCE, "the last one", offset=12.1, duration=1.4, confidence=0.88)
    pair.exchange()
    [event] = pair.told[1:]
    words = event.transcript.alternatives[0].interpretations[0].transcript
    assert (words, event.transcript.offset, event.transcript.is_final) == ("the last one", 12.1, True)


def test_a_malformed_transcript_is_a_fault_of_the_server(pair):
    pair.server._outgoing.event("transcript", {"id": UTTERANCE, "channelId": 2, "isFinal": True})
    pair.exchange()
    assert isinstance(pair.told[-1], events.ProtocolViolation)


def test_a_reconnect_is_told_and_changes_nothing(pair):
    pair.server._outgoing.add("reconnect", {"info": "node drains"})
    pair.exchange()
    assert pair.told[1:] == [events.ReconnectAsked("node drains")]
    assert pair.client.violation == ""


def test_no_transcript_is_sent_once_the_session_ends(caller):
    caller.session.disconnect("completed")
    caller.session.transcript(UTTERANCE, "late", offset=0, duration=1, confidence=1)
    caller.read()
    assert caller.types == ["opened", "disconnect"]


# --- position


def drifts(told):
    return [event.seconds for event in told if isinstance(event, events.Drifted)]


def test_a_position_that_leaves_ours_is_told_once(caller):
    told = [caller.send("playback_started", position=f"PT{second}S") for second in (0, 1, 1.5, 3, 9)]
    assert [drifts(each) for each in told] == [[], [], [1.5], [], []]


def test_a_stream_that_began_before_is_counted_from_where_it_is_opened(client):
    told = client.send("open", client.opening(), position="PT12.5S")
    client.session.opened(told[0].parameters.media[0])
    client.send_audio(bytes(8000))
    assert client.session.position == 13.5
    assert drifts(client.send("playback_started", position="PT13.5S")) == []


def test_a_position_that_came_back_may_be_told_again(caller):
    told = [caller.send("playback_started", position=f"PT{second}S") for second in (2, 0, 2)]
    assert [drifts(each) for each in told] == [[2.0], [], [2.0]]


def test_audio_that_came_counts_as_position(caller):
    caller.send_audio(bytes(80_000))
    assert drifts(caller.send("playback_started", position="PT10.9S")) == []


def test_a_client_that_is_behind_is_told_too(caller):
    caller.send_audio(bytes(80_000))
    assert drifts(caller.send("playback_started", position="PT5S")) == [-5.0]


def test_a_position_in_a_pause_means_nothing(caller):
    caller.send("paused")
    assert drifts(caller.send("dtmf", {"digit": "1"}, position="PT60S")) == []


def test_what_is_known_to_be_missing_is_no_drift(caller):
    caller.send("paused")
    told = caller.send("resumed", {"start": "PT0S", "discarded": "PT60S"}, position="PT60S")
    assert drifts(told) == []


# --- The kind of a broken rule


@pytest.mark.parametrize(
    ("kind", "send"),
    [
        ("json", lambda client: client.send_text("no")),
        ("json", lambda client: client.send_text("[]")),
        ("size", lambda client: client.send_text(" " * 65_537)),
        ("message", lambda client: client.send("ping", version="1")),
        ("sequence", lambda client: client.send("ping", seq=7)),
        ("sequence", lambda client: client.send("ping", serverseq=7)),
        ("session", lambda client: client.send("ping", id=UTTERANCE)),
        ("open", lambda client: client.open(media=7)),
        ("organization", lambda client: client.open(organizationId=UTTERANCE)),
        ("audio", lambda client: client.send_audio(b"x")),
    ],
)
def test_each_broken_rule_is_of_a_kind(client, kind, send):
    send(client)
    assert (client.session.violation_kind, client.session.state) == (kind, State.DISCONNECTING)
