"""Records that the spool could not take are given to every sink that has room, counted, and said."""

import pytest

from switchhook.serving.records.unspooled import SAYS_AGAIN, Unspooled


class Delivery:
    def __init__(self, name, room=10):
        self.name, self.room, self.lines = name, room, []

    def offer(self, line):
        if len(self.lines) == self.room:
            return False
        self.lines.append(line)
        return True


@pytest.fixture
def now(monkeypatch):
    times = [0.0]
    monkeypatch.setattr("switchhook.serving.records.unspooled.time.monotonic", lambda: times[0])
    return times


def offered(unspooled, *deliveries, lines=()):
    for line in lines:
        unspooled.add(line)
    told = {}

    def measured(name, value, labels):
        key = (name, *labels.values())
        told[key] = told.get(key, 0) + value

    unspooled.offer(deliveries, measured)
    return told


def test_each_sink_is_offered_each_once_in_order(now):
    one, other, unspooled = Delivery("one"), Delivery("other"), Unspooled()
    told = offered(unspooled, one, other, lines="ab")
    offered(unspooled, one, other, lines="c")
    assert one.lines == other.lines == ["a", "b", "c"]
    assert told == {("records_unspooled",): 2}


def test_what_a_sink_has_no_room_for_is_counted_for_that_sink(now):
    told = offered(Unspooled(), Delivery("small", 1), Delivery("large"), lines="abc")
    assert told == {("records_unspooled",): 3, ("records_missed", "small"): 2}


def test_it_is_said_at_once_and_then_once_a_minute(now, caplog):
    unspooled, small = Unspooled(), Delivery("small", 4)
    for _ in range(3):
        offered(unspooled, small, lines="ab")
    assert [each.levelname for each in caplog.records] == ["ERROR"]
    assert "did not take 2 records" in caplog.text
    now[0] = SAYS_AGAIN
    offered(unspooled, small)
    assert "did not take 4 records" in caplog.text
    assert "2 times a sink will not get such a record" in caplog.text
