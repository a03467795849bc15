"""The server's table of states and messages, cell by cell: what is answered, and which state follows."""

import json

import pytest

from switchhook_audiohook.protocol import Media, State, events

C, O, A, P, D, L, X = (  # noqa: E741  # the columns, in the order of a session
    State.CONNECTED,
    State.OPENING,
    State.ACTIVE,
    State.PAUSED,
    State.DISCONNECTING,
    State.CLOSING,
    State.CLOSED,
)
STATES = (C, O, A, P, D, X)  # CLOSING is left as soon as `closed` is written: see the last tests

SPAN = {"start": "PT1S", "discarded": "PT2S"}
GIVEN = {
    "open": None,  # the parameters of an open
    "ping": {},
    "paused": {},
    "resumed": SPAN,
    "discarded": SPAN,
    "update": {"language": "de-DE"},
    "dtmf": {"digit": "5"},
    "playback_started": {},
    "playback_completed": {},
    "error": {"code": 500, "message": "x"},
    "close": {"reason": "end"},
    "novelty": {},
}
SAME = None
# What the server answers, and the state after it, by the state before it.
TABLE = {
    "open": {C: ("", O), **dict.fromkeys((O, A, P, D, X), ("", SAME))},
    "ping": {**dict.fromkeys((C, O, A, P, D), ("pong", SAME)), X: ("", SAME)},
    "paused": {A: ("", P), **dict.fromkeys((C, O, P, D, X), ("", SAME))},
    "resumed": {P: ("", A), **dict.fromkeys((C, O, A, D, X), ("", SAME))},
    "discarded": dict.fromkeys(STATES, ("", SAME)),
    "update": {**dict.fromkeys((A, P), ("updated", SAME)), **dict.fromkeys((C, O, D, X), ("", SAME))},
    "dtmf": dict.fromkeys(STATES, ("", SAME)),
    "playback_started": dict.fromkeys(STATES, ("", SAME)),
    "playback_completed": dict.fromkeys(STATES, ("", SAME)),
    "error": dict.fromkeys(STATES, ("", SAME)),
    "close": {**dict.fromkeys((C, O, A, P, D), ("closed", X)), X: ("", SAME)},
    "novelty": dict.fromkeys(STATES, ("", SAME)),
}
# Which messages reach the engine, and where.
DELIVERED = {
    "open": {C},
    "paused": {A, P},
    "resumed": {A, P},
    "discarded": {A, P},
    "update": {O, A, P},
    "dtmf": {A, P},
    "playback_started": {A, P, D},
    "playback_completed": {A, P, D},
    "error": {C, O, A, P, D},
    "close": {C, O, A, P, D},
}
MALFORMED = {
    "not JSON": "no",
    "no object": "[]",
    "another version": '{"version": "1"}',
    "too large": " " * 65_537,
}


def brought(client, state):
    """A client whose session is in that state."""
    if state is not C:
        client.send("open", client.opening())
    if state in (A, P, D, X):
        client.session.opened(Media())
        client.read()
    if state is P:
        client.send("paused")
    if state is D:
        client.session.disconnect("completed")
        client.read()
    if state is X:
        client.send("close", {"reason": "end"})
    assert client.session.state is state
    client.received.clear()
    return client


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize("kind", TABLE)
def test_a_message_is_answered_and_the_state_changes_as_the_table_says(client, kind, state):
    brought(client, state)
    answer, after = TABLE[kind][state]
    parameters = client.opening() if GIVEN[kind] is None else GIVEN[kind]
    client.send(kind, parameters, serverseq=0)
    assert client.types == ([answer] if answer else [])
    assert client.session.state is (after or state)
    assert client.session.violation == ""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize("kind", DELIVERED)
def test_a_message_reaches_the_engine_only_where_it_has_a_meaning(client, kind, state):
    brought(client, state)
    parameters = client.opening() if GIVEN[kind] is None else GIVEN[kind]
    told = client.send(kind, parameters, serverseq=0)
    told = [event for event in told if not isinstance(event, events.Ignored | events.Drifted)]
    assert bool(told) is (state in DELIVERED[kind])


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_message_ends_a_session_that_has_not_ended(client, text, state):
    brought(client, state)
    client.send_text(text)
    ends = state in (C, O, A, P)
    assert client.types == (["disconnect"] if ends else [])
    assert client.session.state is (D if ends else state)


@pytest.mark.parametrize(
    ("state", "heard", "after"),
    [(C, False, D), (O, False, D), (A, True, A), (P, False, P), (D, False, D), (X, False, X)],
    ids=lambda value: getattr(value, "name", None),
)
def test_audio_is_heard_only_while_it_is_due(client, state, heard, after):
    brought(client, state)
    assert bool(client.send_audio(b"x" * 160)) is heard
    assert client.session.state is after


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
@pytest.mark.parametrize(
    ("ask", "kind", "allowed"),
    [
        (lambda session: session.opened(None), "opened", {O}),
        (lambda session: session.barge_in(), "event", {A, P}),
        (lambda session: session.bot_turn_response("match"), "event", {A, P}),
        (lambda session: session.pause(), "pause", {A, P}),
        (lambda session: session.disconnect("completed"), "disconnect", {C, O, A, P}),
    ],
    ids=["opened", "barge_in", "bot_turn_response", "pause", "disconnect"],
)
def test_the_server_sends_only_what_the_state_allows(client, ask, kind, allowed, state):
    brought(client, state)
    ask(client.session)
    client.read()
    assert client.types == ([kind] if state in allowed else [])


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_lost_socket_ends_the_session_in_every_state(client, state):
    brought(client, state)
    client.session.connection_lost()
    assert (client.session.state, client.session.deadline()) == (State.GONE, None)


# --- Closing: between `close` and the writing of `closed`


def closing(client):
    brought(client, A)
    client.session.receive_text(message(client, "close", {"reason": "end"}))
    assert client.session.state is L
    return client


def message(client, kind, parameters):
    client.seq += 1
    envelope = {"version": "2", "id": client.session_id, "type": kind, "seq": client.seq, "serverseq": 0}
    return json.dumps(envelope | {"position": "PT0S", "parameters": parameters})


@pytest.mark.parametrize("kind", [kind for kind in GIVEN if kind != "ping"])
def test_while_closing_nothing_but_a_ping_is_answered(client, kind):
    closing(client)
    parameters = client.opening() if GIVEN[kind] is None else GIVEN[kind]
    client.session.receive_text(message(client, kind, parameters))
    client.read()
    assert client.types == ["closed"]


def test_a_ping_while_closing_is_answered_before_the_end(client):
    closing(client)
    client.session.receive_text(message(client, "ping", {}))
    client.read()
    assert client.types == ["pong", "closed"]


def test_a_malformed_message_while_closing_is_only_logged(client):
    closing(client)
    client.session.receive_text("no")
    client.read()
    assert client.types == ["closed"]
