"""The client's table of states and messages, cell by cell: what it answers, and which state follows."""

import pytest

from switchhook_audiohook.protocol import ClientState

from .raw_server import MONO, RawServer

OPENING, OPEN, CLOSING, CLOSED = (
    ClientState.OPENING,
    ClientState.OPEN,
    ClientState.CLOSING,
    ClientState.CLOSED,
)
FAULTY = "closing after an error of its own"
COLUMNS = (OPENING, OPEN, CLOSING, FAULTY, CLOSED)

GIVEN = {
    "opened": {"media": [MONO]},
    "pong": {},
    "event": {"entities": [{"type": "barge_in", "data": {}}]},
    "pause": {},
    "resume": {},
    "updated": {},
    "reconnect": {"info": "rebalance"},
    "disconnect": {"reason": "completed"},
    "closed": {},
    "novelty": {},
}


def fatal(code):
    """Tells the server, and closes."""
    return (f"error {code}", "close error"), CLOSING


def late(code):
    """As fatal, while it is closing already."""
    return (f"error {code}",), CLOSING


SAME = ((), None)
DONE = ((), CLOSED)
# By message: what is answered and the state that follows, in OPENING, OPEN, CLOSING, FAULTY, CLOSED.
TABLE = {
    "opened": (((), OPEN), fatal(409), late(409), SAME, SAME),
    "pong": ((("error 409",), None), (("error 409",), None), SAME, SAME, SAME),
    "event": (SAME, SAME, SAME, SAME, SAME),
    "pause": (fatal(409), (("paused",), None), SAME, SAME, SAME),
    "resume": (fatal(409), (("resumed",), None), SAME, SAME, SAME),
    "updated": (SAME, SAME, SAME, SAME, SAME),
    "reconnect": (SAME, SAME, SAME, SAME, SAME),
    "disconnect": ((("close disconnect",), CLOSING), (("close disconnect",), CLOSING), SAME, SAME, SAME),
    "closed": (fatal(409), fatal(409), DONE, DONE, SAME),
    "novelty": (fatal(500), fatal(500), late(500), SAME, SAME),
}
BROKEN = {
    "a gap in seq": ({"seq": 9}, 500),
    "no parameters": ({"parameters": None}, 400),
    "another version": ({"version": "1"}, 400),
    "the id of another session": ({"id": "0" * 8 + "-0000-4000-8000-" + "0" * 12}, 500),
}


def brought(column):
    """A server whose client is in that state, and has told all that it had to."""
    server = RawServer()
    server.ask()
    if column is not OPENING:
        server.send("opened", {"media": [MONO]})
    if column in (CLOSING, CLOSED):
        server.session.close("end")
    if column is CLOSED:
        server.send("closed")
    if column is FAULTY:
        server.send("novelty")
    server.read()
    server.received.clear()
    return server


def answers(server):
    more = {"error": "code", "close": "reason"}
    return tuple(
        f"{m['type']} {m['parameters'][more[m['type']]]}" if m["type"] in more else m["type"]
        for m in server.received
    )


def send(server, kind, **envelope):
    # what the client has sent before is not in `received` any more
    server.send(kind, GIVEN.get(kind, {}), **{"clientseq": server.session._ledger.sent, **envelope})


CELLS = [
    pytest.param(kind, column, *cell, id=f"{kind}-{getattr(column, 'name', 'FAULTY')}")
    for kind, row in TABLE.items()
    for column, cell in zip(COLUMNS, row, strict=True)
]


@pytest.mark.parametrize(("kind", "column", "answered", "state"), CELLS)
def test_a_message_in_a_state(kind, column, answered, state):
    server = brought(column)
    before = server.session.state
    send(server, kind)
    assert answers(server) == answered
    assert server.session.state is (state or before)


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: getattr(column, "name", "FAULTY"))
def test_a_broken_message_in_a_state(name, column):
    server, (envelope, code) = brought(column), BROKEN[name]
    send(server, "updated", **envelope)
    expected = {OPENING: fatal(code), OPEN: fatal(code), CLOSING: late(code)}.get(column, SAME)
    assert answers(server) == expected[0]
    assert server.session.state is (CLOSED if column is CLOSED else CLOSING)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: getattr(column, "name", "FAULTY"))
def test_audio_in_a_state(column):
    server = brought(column)
    played = server.session.receive_audio(b"\x20" * 160)
    server.read()
    assert bool(played) == (column is OPEN)
    assert answers(server) == (fatal(409)[0] if column is OPENING else ())


def test_a_session_that_was_closed_can_only_lose_its_socket():
    server = brought(CLOSED)
    server.session.connection_lost()
    assert (server.session.state, server.session.deadline()) == (CLOSED, None)
