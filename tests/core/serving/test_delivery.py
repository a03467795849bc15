"""Records on their way to a sink, in virtual time: whatever the sink does, it gets them, in order."""

import json
from contextlib import asynccontextmanager
from itertools import pairwise
from math import inf
from unittest.mock import Mock

import anyio
import pytest

from switchhook import SinkUnavailable
from switchhook.serving.records.delivery import (
    AT_ONCE,
    LONGEST,
    MOST_OFFERED,
    MOST_OFFERED_BYTES,
    MOST_REFUSALS,
    PATIENCE,
    Delivery,
)
from switchhook.serving.records.spool_log import Position

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch):
    """They know nothing of virtual time."""

    async def here(function):
        await anyio.lowlevel.checkpoint()
        return function()

    monkeypatch.setattr("switchhook.serving.records.delivery.in_thread", here)


class Log:
    """Records in memory; the position is the number of those before it."""

    def __init__(self, *names):
        self.names, self.positions = list(names), {}

    def read(self, at, most):
        some = self.names[at.offset : at.offset + most]
        return [{"record_id": name} for name in some], Position(1, at.offset + len(some))


class Sink:
    """`answers`: what it does when it is asked, by turns; then it takes everything."""

    def __init__(self, *answers, enters=(), refuses=()):
        self.answers, self.enters, self.refuses = list(answers), list(enters), refuses
        self.asked, self.taken, self.entered = [], [], 0

    async def __aenter__(self):
        self.entered += 1
        if self.enters:
            raise self.enters.pop(0)

    async def __aexit__(self, *_):
        return None

    async def put(self, records, /):
        names = [each["record_id"] for each in records]
        self.asked.append((anyio.current_time(), names))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, float):
            await anyio.sleep(answer)
        elif answer is not None:
            raise answer
        if set(self.refuses) & set(names):
            raise ValueError("4111 is no number")
        self.taken += names

    @property
    def waits(self):
        times = [at for at, _ in self.asked]
        return [round(later - sooner, 3) for sooner, later in pairwise(times)]


class House:
    """What surrounds deliveries."""

    def __init__(self):
        self.has, self.buried, self.told = [], [], []

    def delivery(self, sink, *logs, name="sink"):
        def has(log, name, at):
            log.positions[name] = at
            self.has.append((name, at.offset))

        def bury(name, record, why):
            self.buried.append((name, record["record_id"], why))

        def measured(name, value, labels):
            self.told.append((name, value, labels))

        return Delivery(name, sink, logs=lambda: logs, has=has, bury=bury, measured=measured)


@asynccontextmanager
async def running(*deliveries):
    async with anyio.create_task_group() as group:
        for each in deliveries:
            group.start_soon(each.run)
        yield
        group.cancel_scope.cancel()


async def delivered(sink, *logs, seconds=3600.0, house=None):
    async with running((house or House()).delivery(sink, *logs)):
        await anyio.sleep(seconds)
    return sink.taken


NUMBERS = [f"r{number}" for number in range(120)]


async def test_all_records_come_in_order_some_at_once():
    sink = Sink()
    assert await delivered(sink, Log(*NUMBERS), seconds=1) == NUMBERS
    assert max(len(names) for _, names in sink.asked) == AT_ONCE


async def test_logs_come_one_after_the_other():
    assert await delivered(Sink(), Log("a", "b"), Log("c"), seconds=1) == ["a", "b", "c"]


async def test_a_sink_has_what_it_took_and_not_before():
    house = House()
    await delivered(Sink(OSError()), Log("a"), seconds=0.1, house=house)
    before = list(house.has)
    await delivered(Sink(), Log("a"), seconds=0.1, house=house)
    assert (before, house.has) == ([], [("sink", 1)])


async def test_what_came_later_is_delivered_when_it_is_told():
    house, log, sink = House(), Log(), Sink()
    delivery = house.delivery(sink, log)
    async with running(delivery):
        await anyio.sleep(10)
        log.names.append("a")
        delivery.wake()
        await anyio.sleep(0.5)
    assert sink.taken == ["a"]


@pytest.mark.parametrize("error", [OSError(), SinkUnavailable("away"), TimeoutError()])
async def test_a_sink_that_was_away_for_hours_gets_everything_in_order(error):
    sink, house = Sink(*[error] * 500), House()
    assert await delivered(sink, Log(*NUMBERS), seconds=5 * 3600.0, house=house) == NUMBERS
    assert house.buried == []


async def test_a_sink_that_is_away_is_asked_less_and_less_often():
    sink = Sink(*[OSError()] * 10)
    await delivered(sink, Log("a"))
    assert sink.waits == [0.5, 1, 2, 4, 8, 16, *[LONGEST] * 4]


async def test_that_it_is_away_is_said_once_and_that_it_is_back(caplog):
    caplog.set_level("INFO")
    await delivered(Sink(*[OSError("secret")] * 10), Log("a"))
    assert [each.levelname for each in caplog.records] == ["ERROR", "INFO"]
    assert "secret" not in caplog.text


async def test_a_sink_that_takes_too_long_is_asked_again():
    sink = Sink(inf)
    assert await delivered(sink, Log("a")) == ["a"]
    assert sink.waits == [PATIENCE + 0.5]


async def test_a_sink_that_cannot_be_entered_is_entered_later():
    sink = Sink(enters=[OSError(), RuntimeError("x"), SystemExit(3)])
    assert await delivered(sink, Log("a")) == ["a"]
    assert sink.entered == 4


async def test_a_sink_that_ends_the_process_does_not():
    assert await delivered(Sink(SystemExit(1)), Log("a")) == ["a"]


async def test_a_record_that_is_refused_twenty_times_is_a_dead_letter_and_the_others_come():
    sink, house = Sink(refuses=["r7"]), House()
    names = NUMBERS[:20]
    taken = await delivered(sink, Log(*names), house=house)
    assert taken == [name for name in names if name != "r7"]
    assert house.buried == [("sink", "r7", "ValueError")]
    assert sum(asked == ["r7"] for _, asked in sink.asked) == MOST_REFUSALS


async def test_each_record_that_is_refused_is_a_dead_letter_of_its_own():
    house = House()
    taken = await delivered(Sink(refuses=["r1", "r2"]), Log(*NUMBERS[:4]), house=house)
    assert (taken, [name for _, name, _ in house.buried]) == (["r0", "r3"], ["r1", "r2"])


async def test_a_sink_that_was_away_in_between_has_refused_nothing_more():
    answers = [item for _ in range(MOST_REFUSALS - 2) for item in (OSError(), ValueError())]
    house = House()
    assert await delivered(Sink(*answers), Log("a"), house=house) == ["a"]
    assert house.buried == []


async def test_a_dead_letter_is_said_with_the_id_of_its_record_and_nothing_of_the_error(caplog):
    await delivered(Sink(refuses=["r0"]), Log("r0"))
    assert "r0" in caplog.text
    assert "4111" not in caplog.text


async def test_one_sink_does_not_delay_another():
    house, log, slow, quick = House(), Log(*NUMBERS), Sink(*[inf] * 100), Sink()
    async with running(house.delivery(slow, log, name="slow"), house.delivery(quick, log, name="quick")):
        await anyio.sleep(1)
    assert (quick.taken, slow.taken) == (NUMBERS, [])


async def test_settling_waits_for_what_is_there():
    house, sink = House(), Sink(30.0)
    delivery = house.delivery(sink, Log(*NUMBERS))
    async with running(delivery):
        await delivery.settle()
        assert sink.taken == NUMBERS


async def test_what_was_delivered_refused_and_missed_are_figures():
    house = House()
    await delivered(Sink(OSError(), refuses=["r0"]), Log("r0", "r1"), house=house)
    sums = {}
    for name, value, labels in house.told:
        assert labels == {"sink": "sink"}
        sums[name] = sums.get(name, 0) + value
    assert sums == {"records_delivered": 1, "records_dead": 1, "record_sink_failures": MOST_REFUSALS + 1}


# --- records that are in no log, as no disk took them


def offer(delivery, *names, **more):
    return [delivery.offer(json.dumps({"record_id": name, **more})) for name in names]


async def offered(sink, *names, house=None, log=None):
    delivery = (house or House()).delivery(sink, log or Log("r0", "r1"))
    offer(delivery, *names)
    async with running(delivery):
        await anyio.sleep(3600)
    return sink.taken


async def test_a_record_that_is_in_no_log_comes_behind_those_that_are():
    assert await offered(Sink(), "a", "b") == ["r0", "r1", "a", "b"]


async def test_a_sink_that_was_away_gets_them_too_in_order():
    assert await offered(Sink(*[OSError()] * 10), *NUMBERS) == ["r0", "r1", *NUMBERS]


async def test_one_of_them_that_is_refused_is_a_dead_letter():
    house = House()
    assert await offered(Sink(refuses=["a"]), "a", "b", house=house) == ["r0", "r1", "b"]
    assert house.buried == [("sink", "a", "ValueError")]


async def test_they_come_while_the_disk_of_the_spool_cannot_be_read(caplog):
    assert await offered(Sink(), "a", log=Mock(read=Mock(side_effect=OSError), positions={})) == ["a"]
    assert "cannot be read" in caplog.messages[0]


async def test_a_log_that_cannot_be_read_delays_no_other_and_is_said_once(caplog):
    """Not even by a second, however long it lasts."""
    broken, sink = Mock(read=Mock(side_effect=OSError(5, "Input/output error")), positions={}), Sink()
    broken.name = "old"
    other = Log()
    async with running(House().delivery(sink, broken, other)):
        for at in range(1, 100):
            other.names.append(f"r{at}")
            await anyio.sleep(6.0)
            assert len(sink.taken) == at
    [said] = [message for message in caplog.messages if "old" in message]
    assert said.endswith("old of the spool, which cannot be read (Input/output error): it is tried again")


async def test_they_come_as_soon_as_they_are_offered():
    sink = Sink()
    delivery = House().delivery(sink)
    async with running(delivery):
        await anyio.sleep(10)
        offer(delivery, "a")
        await anyio.sleep(0.5)
    assert sink.taken == ["a"]


async def test_there_is_room_for_so_many_and_again_when_they_are_taken():
    sink = Sink()
    delivery = House().delivery(sink)
    assert offer(delivery, *(f"r{number}" for number in range(MOST_OFFERED)), "late")[-2:] == [True, False]
    async with running(delivery):
        await delivery.settle()
    assert offer(delivery, "a") == [True]


async def test_there_is_room_for_so_many_bytes_and_again_when_they_are_taken():
    delivery = House().delivery(Sink())
    half = "x" * (MOST_OFFERED_BYTES // 2 - 100)
    assert offer(delivery, *"abc", text=half) == [True, True, False]
    async with running(delivery):
        await delivery.settle()
    assert offer(delivery, *"de", text=half) == [True, True]
