"""Both halves of the protocol talking to each other in memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_audiohook.protocol import (
    ClientSession,
    ClientState,
    Media,
    Open,
    Participant,
    ServerSession,
    State,
    choose,
    events,
)

SESSION = "7f0c2f5e-6c0a-4b8e-9d54-2f6a1b3c4d5e"
ORGANIZATION = "5f0f6a1e-3c1b-4a52-9b0e-7d5a1a1f2c33"
PARTICIPANT = "1a2b3c4d-5e6f-4071-8293-a4b5c6d7e8f9"


class Line:
    def __init__(self):
        self.now = 0.0
        self.server = ServerSession(SESSION, ORGANIZATION, lambda: self.now)
        self.client = ClientSession(SESSION, lambda: self.now)
        self.told_server, self.told_client, self.heard = [], [], bytearray()

    def open(self, *offers):
        self.client.open(
            Open(
                organization_id=ORGANIZATION,
                conversation_id=SESSION,
                participant=Participant(id=PARTICIPANT),
                media=offers or (Media(),),
                input_variables={"tier": "gold"},
            )
        )
        self.run()

    def run(self):
        """Carry what waits, until nothing does."""
        while (up := self.client.data_to_send()) + (down := self.server.data_to_send()):
            for data in up:
                self._to_server(data)
            for text in down:
                self.told_client += self.client.receive_text(text)

    def _to_server(self, data):
        if isinstance(data, bytes):
            self.heard += self.server.receive_audio(data)
            return
        for event in self.server.receive_text(data):
            self.told_server.append(event)
            if isinstance(event, events.Opening):
                self.server.opened(choose(event.parameters.media))


@pytest.fixture
def line():
    line = Line()
    line.open()
    return line


def test_a_whole_call_runs_without_a_complaint_of_either(line):
    for _ in range(10):
        line.now = line.client.deadline()
        line.client.tick()
        line.client.send_audio(b"x" * 1600)
        line.client.send("dtmf", {"digit": "7"})
        line.server.bot_turn_response("match", "grüß Gott 🙂", 0.5)
        line.server.barge_in()
        line.run()
    line.client.send(*line.client.stream.lose(0.4))
    line.server.pause()
    line.run()
    line.client.send_audio(b"lost" * 400)
    line.server.resume()
    line.run()
    line.client.send("update", {"language": "de-DE"})
    line.run()
    line.server.disconnect("completed", "bye", {"verified": True})
    line.run()
    assert (line.server.violation, line.client.violation) == ("", "")
    assert line.server.position == line.client.position == 10 * 0.2 + 0.4 + 0.2
    assert events.Disconnected("completed", "bye", {"verified": "true"}) in line.told_client
    assert (line.server.state, line.client.state) == (State.CLOSED, ClientState.CLOSED)
    assert not any(isinstance(event, events.Ignored) for event in line.told_server + line.told_client)


HOLDING = st.lists(
    st.sampled_from(["pause", "resume", "secure pause", "secure pause over", "carry"]), max_size=30
)


@given(HOLDING)
def test_who_holds_the_audio_is_known_once_all_has_arrived(steps):
    line, secure = Line(), False
    line.open()
    for step in [*steps, "carry", "resume", "carry"]:
        line.now += 1.0
        match step:
            case "pause":
                line.server.pause()
            case "resume":
                line.server.resume()
            case "secure pause" if not secure:
                line.client.pause()
                secure = True
            case "secure pause over" if secure:
                line.client.resume()
                secure = False
            case "carry":
                line.run()
    paused = False
    for event in line.told_server:
        match event:
            case events.Paused(own):
                paused = paused or own
            case events.Resumed():
                paused = False
    assert paused == secure == (line.server.state is State.PAUSED)


def test_two_channels_arrive_as_the_caller_alone(line):
    line = Line()
    line.open(Media(channels=("external", "internal")))
    line.client.send_audio(b"EiEiEi")
    line.run()
    assert line.heard == b"EEE"
    assert line.server.position == line.client.position


def test_the_client_hangs_up(line):
    line.client.close("end")
    line.run()
    assert events.CloseReceived("end") in line.told_server
    assert line.told_client[-1] == events.SessionClosed()


def test_both_end_at_once(line):
    line.client.close("end")
    line.server.disconnect("completed")
    line.run()
    assert (line.server.state, line.client.state) == (State.CLOSED, ClientState.CLOSED)
    assert (line.server.violation, line.client.violation) == ("", "")
