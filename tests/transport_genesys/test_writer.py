"""When a session is ended, by a clock of the test's own."""

import json
from types import SimpleNamespace

import pytest

from switchhook import Outcome
from switchhook_audiohook.protocol import Media, ServerSession
from switchhook_transport_genesys.unplayed import CONFIRM
from switchhook_transport_genesys.writer import LONGEST_END, Writer

pytestmark = pytest.mark.anyio

ID = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
PCMU, L16 = Media(), Media(format="L16")


class Line:
    """A writer whose socket keeps what it is given. `go_on` is what its timer would call."""

    def __init__(self, media=PCMU):
        self.now = 0.0
        self.socket = SimpleNamespace(writable=True, sent=[])
        self.socket.send = self.socket.sent.append
        self.session = ServerSession(ID, ID, lambda: self.now)
        self.writer = Writer(self.socket, self.session, lambda: self.now, self.changed, None)
        participant = {"id": ID}
        open_ = {"conversationId": ID, "participant": participant, "media": [media.to_json()]}
        message = {"version": "2", "id": ID, "type": "open", "seq": 1, "serverseq": 0, "position": "PT0S"}
        self.session.receive_text(json.dumps(message | {"parameters": open_}))
        self.session.opened(media)
        self.writer.flush()

    def changed(self):
        self.writer.flush()

    def go_on(self, now):
        self.now = now
        self.writer.pump()

    @property
    def ended(self):
        return any('"disconnect"' in text for text in self.socket.sent if isinstance(text, str))

    def end(self):
        self.writer.end(Outcome("completed"), {})


@pytest.fixture
async def line(anyio_backend):
    return Line()


async def test_with_nothing_to_be_heard_the_end_comes_at_once(line):
    line.end()
    assert line.ended


@pytest.mark.parametrize(("media", "second"), [(PCMU, 8000), (L16, 16000)])
async def test_a_farewell_that_had_to_wait_is_heard_to_its_end(media, second):
    line = Line(media)
    line.writer.hold_audio(3.0)
    line.writer.audio(b"x" * second)
    line.now = 1.5  # it would have been heard by now
    line.end()
    line.go_on(3.0)
    assert line.socket.sent[-1] == b"x" * second
    line.go_on(3.99)
    assert not line.ended
    line.go_on(4.0 + CONFIRM)
    assert line.ended


async def test_a_word_of_the_peer_that_cannot_be_true_ends_nothing(line):
    line.writer.hold_audio(3.0)
    line.writer.audio(b"x" * 8000)
    line.end()
    line.go_on(3.0)
    for now in (3.0, 3.5, 3.85):
        line.now = now
        line.writer.finished()
        assert not line.ended


async def test_the_end_follows_the_peers_word_that_all_was_played(line):
    line.writer.audio(b"x" * 8000)
    line.end()
    line.now = 1.05
    line.writer.finished()
    assert line.ended


async def test_a_peer_that_says_nothing_is_waited_for_a_moment(line):
    line.writer.audio(b"x" * 8000)
    line.end()
    line.go_on(1.0 + CONFIRM - 0.01)
    assert not line.ended
    line.go_on(1.0 + CONFIRM)
    assert line.ended


async def test_a_slow_socket_delays_what_is_heard_and_so_the_end(line):
    line.socket.writable = False
    line.writer.audio(b"x" * 8000)
    line.end()
    line.socket.writable = True
    line.go_on(2.0)
    line.go_on(2.9)
    assert not line.ended
    line.go_on(3.0 + CONFIRM)
    assert line.ended


async def test_what_was_interrupted_is_not_waited_for(line):
    line.writer.audio(b"x" * 80_000)
    line.writer.drop_audio()
    line.end()
    assert line.ended


async def test_the_end_comes_within_its_bound_however_much_there_is(line):
    for _ in range(5):
        line.writer.audio(b"x" * 64_000)
    line.end()
    line.go_on(LONGEST_END - 0.1)
    assert not line.ended
    line.go_on(LONGEST_END)
    assert line.ended


async def test_an_end_that_waits_is_told_when_the_server_stops(line):
    line.writer.audio(b"x" * 8000)
    line.end()
    line.writer.close()
    assert line.ended
