from switchhook import Closed, Digit, Gap, LegInfo, Outcome, Paused, Resumed, TurnReport
from switchhook_transport_genesys.leg import GenesysLeg


class LegConnection:
    def __init__(self):
        self.calls = []

    def send_audio(self, data):
        self.calls.append(("audio", data))

    def barge_in(self):
        self.calls.append(("barge_in",))

    def hold_caller(self, on):
        self.calls.append(("hold", on))

    def report(self, report):
        self.calls.append(("report", report))

    def disconnect(self, outcome, variables):
        self.calls.append(("disconnect", outcome.reason, variables))


class Sink:
    def __init__(self):
        self.got = []

    def audio(self, data):
        self.got.append(data)

    def event(self, event):
        self.got.append(event)


def a_leg():
    line = LegConnection()
    return GenesysLeg(LegInfo("1", "bank"), line), line


def test_what_came_before_the_start_is_delivered_first_and_in_order():
    leg, _ = a_leg()
    leg.hear(b"a")
    leg.notice(Digit("5"))
    leg.hear(b"b")
    sink = Sink()
    leg.start(sink)
    leg.hear(b"c")
    assert sink.got == [b"a", Digit("5"), b"b", b"c"]


def test_a_pause_before_the_start_is_delivered_with_what_came_around_it():
    leg, _ = a_leg()
    for each in (Digit("5"), Paused(), Gap(0.0, 1.0), Resumed(), Paused()):
        leg.notice(each)
    sink = Sink()
    leg.start(sink)
    assert sink.got == [Digit("5"), Paused(), Gap(0.0, 1.0), Resumed(), Paused()]


def test_a_pause_is_told_once_and_so_is_its_end():
    leg, _ = a_leg()
    sink = Sink()
    leg.start(sink)
    for each in (Resumed(), Paused(), Paused(), Resumed(), Resumed()):
        leg.notice(each)
    assert sink.got == [Paused(), Resumed()]


def test_of_a_late_start_the_first_30_seconds_are_kept_and_the_rest_is_a_gap():
    leg, _ = a_leg()
    for _ in range(31):
        leg.hear(b"x" * 8000)
    sink = Sink()
    leg.start(sink)
    assert sink.got == [b"x" * 8000] * 30 + [Gap(30.0, 1.0)]


def test_early_frames_of_a_byte_are_bounded_in_number():
    leg, _ = a_leg()
    for _ in range(20_000):
        leg.hear(b"x")
        leg.notice(Digit("1"))
    sink = Sink()
    leg.start(sink)
    assert len(sink.got) <= 10_001


def test_closed_is_the_last_event_and_comes_once():
    leg, _ = a_leg()
    sink = Sink()
    leg.notice(Closed("hung_up"))
    leg.notice(Closed("lost"))
    leg.start(sink)
    leg.notice(Digit("1"))
    assert sink.got == [Closed("hung_up")]


def test_after_the_end_nothing_is_asked_of_the_line():
    leg, line = a_leg()
    leg.play(b"x")
    leg.play(b"")
    leg.end(Outcome("completed"), {"a": "b"})
    leg.end(Outcome("error"), {})
    leg.play(b"y")
    leg.flush()
    leg.tell(TurnReport("match"))
    assert line.calls == [("audio", b"x"), ("disconnect", "completed", {"a": "b"})]


def test_after_closed_nothing_is_asked_of_the_line():
    leg, line = a_leg()
    leg.notice(Closed("lost"))
    leg.play(b"x")
    leg.end(Outcome("completed"), {})
    assert line.calls == []
