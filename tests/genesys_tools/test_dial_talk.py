"""A whole call without a socket: the caller's half against the server's, in virtual time."""

import json

import pytest

from switchhook_audiohook.protocol import ServerSession
from switchhook_audiohook.protocol import events as heard
from switchhook_genesys_tools.dial.plan import Plan
from switchhook_genesys_tools.dial.talk import Talk
from switchhook_genesys_tools.dial.turns import CallerStep, Keys, Manners, Utterance

SPEECH = Utterance(b"\x80" * 4000, "hello")


class Exchange:
    """Both halves on one clock. `bot` is called with each event the server sees."""

    def __init__(self, plan, bot=lambda *_: None):
        self.now, self.seen, self.speech = 0.0, [], b""
        self.talk = Talk(plan, lambda: self.now, lambda _: None)
        self.server = ServerSession(self.talk.session_id, self.talk.organization_id, lambda: self.now)
        self.bot = bot
        self.talk.start()

    def run(self, seconds=60.0):
        end = self.now + seconds
        while not self.talk.over and self.now < end:
            self.settle()
            self.now = max(self.now, min(self.talk.deadline(), end))
            self.talk.act()
        self.settle()
        return self.talk.result

    def settle(self):
        while data := self.talk.to_send():
            for each in data:
                self.deliver(each)
            for text in self.server.data_to_send():
                self.talk.receive(text)

    def deliver(self, data):
        if isinstance(data, bytes):
            self.speech += self.server.receive_audio(data)
            return
        for event in self.server.receive_text(data):
            if isinstance(event, heard.Opening):
                self.server.opened(event.parameters.media[0])
                self.flush()
            self.seen.append(event)
            self.bot(self, event)

    def flush(self):
        for text in self.server.data_to_send():
            self.talk.receive(text)

    def play(self, size):
        self.flush()
        self.talk.receive(b"\x20" * size)


def of(exchange, kind):
    return [event for event in exchange.seen if isinstance(event, kind)]


def talkative(exchange, event):
    """Greets, answers the caller's keys, and leaves."""
    if isinstance(event, heard.Opening):
        exchange.server.bot_turn_response("match", "Welcome")
        exchange.play(4000)
    elif isinstance(event, heard.DigitReceived) and event.digit == "#":
        exchange.play(4000)
    elif isinstance(event, heard.PlaybackCompleted) and of(exchange, heard.DigitReceived):
        exchange.server.disconnect("completed", "done", {"balance": "12", "pin": "1234"})


def keeps_asking(exchange, event, *, answers=True):
    """Greets, answers the caller's keys, and stays."""
    if isinstance(event, heard.Opening) or (answers and isinstance(event, heard.DigitReceived)):
        exchange.server.bot_turn_response("match", "Welcome")
        exchange.play(4000)


def test_a_call_runs_to_its_end_and_brings_its_variables():
    exchange = Exchange(Plan((CallerStep(Keys("12#")),)), talkative)
    result = exchange.run()
    assert (result.ending, result.detail) == ("completed", "done")
    assert result.variables == {"balance": "12", "pin": "1234"}
    assert [event.digit for event in of(exchange, heard.DigitReceived)] == ["1", "2", "#"]
    assert [(each.turn, each.seconds) for each in result.latencies] == [("greeting", 0.0), ("keys", 0.0)]
    assert [event.text for event in result.events if event.kind == "bot"] == ["Welcome"]


def test_the_session_keeps_every_rule_of_the_server():
    exchange = Exchange(Plan((CallerStep(SPEECH), CallerStep(Keys("#")))), talkative)
    exchange.run()
    assert exchange.server.violation == ""
    assert exchange.speech.strip(b"\xff") == SPEECH.audio


def test_variables_of_the_caller_go_with_open():
    exchange = Exchange(Plan(variables={"user_id": "42"}))
    exchange.run(1)
    assert of(exchange, heard.Opening)[0].parameters.input_variables == {"user_id": "42"}


def test_a_barge_in_stops_playback_and_is_confirmed():
    def bot(exchange, event):
        if isinstance(event, heard.Opening):
            exchange.play(60_000)

    exchange = Exchange(Plan((CallerStep(SPEECH, interrupt=True),), timeout=9), bot)
    exchange.run(2.0)
    exchange.server.barge_in()
    exchange.flush()
    result = exchange.run()
    assert len(of(exchange, heard.PlaybackCompleted)) == 1
    assert [len(segment.audio) for segment in result.bot] == [16_000]
    assert next(event.text for event in result.events if event.kind == "barge_in").startswith(
        "5.50 s of audio"
    )


def test_a_caller_who_has_said_all_and_was_answered_hangs_up_politely():
    exchange = Exchange(Plan((CallerStep(Keys("#")),), manners=Manners(settled=4)), keeps_asking)
    result = exchange.run()
    assert (result.ending, result.ok) == ("hung_up", True)
    assert result.detail == "all was said, the bot had no more to say for 4 s"
    assert of(exchange, heard.CloseReceived)[0].reason == "end"
    assert exchange.now == pytest.approx(0.5 + 0.7 + 0.5 + 4.0)


def test_an_answer_after_one_moment_please_is_heard():
    def bot(exchange, event):
        if isinstance(event, heard.DigitReceived):
            exchange.play(4000)  # one moment, please
        else:
            keeps_asking(exchange, event)

    exchange = Exchange(Plan((CallerStep(Keys("#")),)), bot)
    exchange.run(8.0)
    exchange.server.bot_turn_response("match", "Ten dollars")
    exchange.play(4000)
    result = exchange.run()
    assert [event.text for event in result.events if event.kind == "bot"] == ["Welcome", "Ten dollars"]
    assert (result.ending, exchange.now) == ("hung_up", pytest.approx(8.0 + 0.5 + 3.0))


def test_a_call_that_does_not_end_in_time_has_failed():
    exchange = Exchange(Plan(timeout=2.0))
    result = exchange.run()
    assert (result.ending, result.ok) == ("timeout", False)
    assert of(exchange, heard.CloseReceived)


@pytest.mark.parametrize(
    ("bot", "why"),
    [
        (lambda *_: None, "not over after 30 s: the bot never spoke"),
        (lambda *told: keeps_asking(*told, answers=False), "not over after 30 s: no answer to 'hello'"),
    ],
)
def test_a_bot_that_never_answers_has_failed_and_it_is_said_what_was_not_answered(bot, why):
    result = Exchange(Plan((CallerStep(SPEECH),) if "hello" in why else (), timeout=30.0), bot).run()
    assert (result.ending, result.detail, result.ok) == ("timeout", why, False)


def test_a_disconnect_with_an_error_has_failed():
    def bot(exchange, event):
        if isinstance(event, heard.PlaybackStarted):
            exchange.server.disconnect("error", "no assistant")
        elif isinstance(event, heard.Opening):
            exchange.play(8000)

    exchange = Exchange(Plan(), bot)
    result = exchange.run()
    assert (result.ending, result.detail, result.ok) == ("error", "no assistant", False)


def test_a_server_that_breaks_the_protocol_is_told_and_reported():
    exchange = Exchange(Plan())
    exchange.run(1)
    exchange.talk.receive('{"type":"surprise"}')
    result = exchange.run()
    assert (result.ending, result.ok) == ("failed", False)
    assert result.detail.startswith("the server broke the protocol: ")


def test_a_lost_connection_has_failed():
    exchange = Exchange(Plan())
    exchange.run(1)
    exchange.talk.lost("reset by peer")
    assert exchange.talk.over
    assert (exchange.talk.result.ending, exchange.talk.result.detail) == ("lost", "reset by peer")


def test_a_probe_opens_and_closes():
    exchange = Exchange(Plan(probe=True))
    result = exchange.run()
    assert (result.ending, result.ok) == ("probed", True)
    opening = of(exchange, heard.Opening)[0].parameters
    assert opening.is_probe
    assert [media.channels for media in opening.media] == [
        ("external", "internal"),
        ("external",),
        ("internal",),
    ]
    assert exchange.speech == b""


def test_a_server_that_sends_too_fast_is_counted():
    exchange = Exchange(Plan())
    exchange.run(1)
    for _ in range(30):
        exchange.talk.receive(b"\x20" * 8)
    excess = {kind: limit.excess for kind, limit in exchange.talk.result.limits.items()}
    assert excess == {"text": 0, "audio": 5, "pause": 0, "resume": 0}
    assert [event.kind for event in exchange.talk.result.events].count("excess") == 1


def test_the_message_log_tells_neither_digits_nor_secret_variables():
    exchange = Exchange(Plan((CallerStep(Keys("739#")),), {"customer_pin": "5555"}), talkative)
    result = exchange.run()
    lines = [line["message"] for line in result.messages.lines if "message" in line]
    assert [m["parameters"]["digit"] for m in lines if m["type"] == "dtmf"] == ["•"] * 4
    assert lines[0]["parameters"]["inputVariables"] == {"customer_pin": "•"}
    disconnect = next(m for m in lines if m["type"] == "disconnect")
    assert disconnect["parameters"]["outputVariables"] == {"balance": "12", "pin": "•"}
    assert "5555" not in json.dumps(result.messages.lines)


def test_the_message_log_shows_digits_when_asked_and_audio_as_its_size():
    exchange = Exchange(Plan((CallerStep(Keys("7#")),), show_digits=True), talkative)
    lines = exchange.run().messages.lines
    digits = [
        line["message"]["parameters"]["digit"]
        for line in lines
        if line.get("message", {}).get("type") == "dtmf"
    ]
    assert digits == ["7", "#"]
    assert {line["audio"] for line in lines if "audio" in line} == {1600, 4000}


def told_429(exchange):
    exchange.settle()
    return [event for event in of(exchange, heard.ErrorReceived) if event.code == 429]


def test_a_server_that_sends_too_much_audio_is_told_once_a_second_and_not_played():
    exchange = Exchange(Plan())
    exchange.run(1)
    for _ in range(30):
        exchange.talk.receive(b"\x20" * 8)
    assert [event.retry_after for event in told_429(exchange)] == [0.2]
    assert sum(len(segment.audio) for segment in exchange.talk._caller.playback.segments) == 25 * 8
    exchange.run(1.0)
    for _ in range(7):
        exchange.talk.receive(b"\x20" * 8)
    assert len(told_429(exchange)) == 2


@pytest.mark.parametrize("kind", ["text", "pause", "resume"])
def test_a_server_that_sends_too_many_messages_of_a_kind_is_told(kind):
    exchange = Exchange(Plan())
    exchange.run(1)
    for number in range(30 if kind == "text" else 5):
        exchange.server._outgoing.add({"text": "updated"}.get(kind, kind), {})
        exchange.now += 0 if kind == "text" else 0.001 * number
        for text in exchange.server.data_to_send():
            exchange.talk.receive(text)
    assert len(told_429(exchange)) == 1
    assert exchange.talk.result.limits[kind].excess >= 1
