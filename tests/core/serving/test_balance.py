"""Which worker should have the next call, and how evenly calls are spread by that. In time that is reckoned."""

import heapq
from itertools import count, product
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook.serving.workers.balance import Balance

GOAL = 0.15  # of its share, that a worker may have more or less
ROUNDS = 40
LOADS = st.lists(st.integers(0, 60), min_size=1, max_size=6)


LATER = 10_000.0  # seconds


def balance(*live):
    """Of workers that serve, with so many calls each, who came long ago, one by one."""
    made, seconds = Balance(len(live)), count()
    for worker, calls in enumerate(live):
        for _ in range(calls):
            made.came(worker, float(next(seconds)))
        made.serves(worker, True)  # what came before counts for none of them
    return made


def shares(made, waiting=None):
    return made.shares(waiting or [0.0] * len(made._live))


def proportions(made, waiting=None):
    found = shares(made, waiting)
    return [each / sum(found) for each in found]


def dealt(made, calls, chance, fails=()):
    """Calls that each gets of so many, who come one by one and stay, but with one that fails them all."""
    got = [0] * len(made._live)
    for number in range(calls):
        [worker] = chance.choices(range(len(got)), shares(made))
        got[worker] += 1
        made.came(worker, LATER + number / 20)
        if worker in fails:
            made.gone(worker)
    return got


@given(st.integers(1, 9))
def test_workers_with_as_many_calls_get_as_many(workers):
    assert proportions(balance(*[0] * workers)) == pytest.approx([1 / workers] * workers)


@given(LOADS)
def test_a_worker_with_fewer_calls_never_gets_less(live):
    given = shares(balance(*live))
    assert sum(given) > 0
    for (one, gets), (other, others) in product(zip(live, given, strict=True), repeat=2):
        assert one > other or gets >= others - 1e-9


@given(LOADS)
def test_who_gets_calls_is_level_with_the_others_who_do_and_nobody_is_lower(live):
    given = shares(balance(*live))
    filled = [calls + more for calls, more in zip(live, given, strict=True)]
    level = min(filled)
    assert all(each == pytest.approx(level) for each, more in zip(filled, given, strict=True) if more)


def test_a_worker_far_below_the_others_gets_all():
    assert proportions(balance(30, 0, 30)) == [0, 1, 0]


@given(LOADS, st.data())
def test_a_worker_that_does_not_serve_gets_none(live, data):
    made = balance(*live)
    resting = data.draw(st.sets(st.integers(0, len(live) - 1)))
    for worker in resting:
        made.serves(worker, False)
    given = shares(made)
    assert not any(given[worker] for worker in resting)
    assert bool(sum(given)) is (len(resting) < len(live))


def test_who_waits_to_be_accepted_counts_as_a_call():
    """A worker that accepts nobody looks idle, and would get all."""
    assert proportions(balance(10, 0), [0, 20]) == [1, 0]


def test_a_worker_that_fails_every_call_at_once_does_not_draw_them_all():
    failing, *others = dealt(balance(0, 0, 0), 300, Random(1), fails=[0])
    assert failing < 200
    assert others[0] == pytest.approx(others[1], abs=10)


def test_a_worker_that_is_new_fills_up_to_the_others_and_no_further():
    made = balance(20, 20, 20)
    made.serves(1, False)
    for _ in range(20):
        made.gone(1)
    made.serves(1, True)
    got = dealt(made, 60, Random(1))
    assert got[1] == pytest.approx(33, abs=8)
    assert got[0] == pytest.approx(got[2], abs=8)


# --- how evenly


def spread(made, calls, rate, stay, latency, chance, now=0.0):
    """Calls that each worker got. They come at random, so many a second, are counted so late, and stay so
    long on average, all in seconds."""
    workers, order, events = len(made._live), count(), []
    got = [0] * workers
    for _ in range(calls):
        now += chance.expovariate(rate)
        heapq.heappush(events, (now, next(order), "comes", 0))
    while events:
        now, _, what, worker = heapq.heappop(events)
        if what == "comes":
            [worker] = chance.choices(range(workers), shares(made))
            got[worker] += 1
            later = now + latency * chance.uniform(0.5, 1.5)
            heapq.heappush(events, (later, next(order), "counts", worker))
        elif what == "counts":
            made.came(worker, now)
            later = now + chance.expovariate(1 / stay)
            heapq.heappush(events, (later, next(order), "goes", worker))
        else:
            made.gone(worker)
    return got


def furthest(got):
    share = sum(got) / len(got)
    return max(abs(each - share) / share for each in got)


@pytest.mark.parametrize("rate", [20, 100], ids="{} a second".format)
@pytest.mark.parametrize("workers", [2, 3, 4], ids="{} workers".format)
@pytest.mark.parametrize("calls", [100, 300], ids="{} calls".format)
def test_calls_are_spread_within_fifteen_percent(calls, workers, rate):
    """However long they stay, where they are counted soon."""
    rounds = [
        furthest(spread(balance(*[0] * workers), calls, rate, stay, 0.02, Random(seed)))
        for stay, seed in product((2.0, 10.0, 1000.0), range(ROUNDS))
    ]
    assert sum(each > GOAL for each in rounds) <= 0.03 * len(rounds), sorted(rounds)


@pytest.mark.parametrize("workers", [2, 3, 4])
def test_calls_are_spread_within_fifteen_percent_whatever_came_before(workers):
    """What many calls leave behind that came at once and are gone is not made up for by the next hundred."""
    made, chance, rounds = balance(*[0] * workers), Random(1), []
    for number in range(2 * ROUNDS):
        calls, rate = [(300, 100), (100, 20)][number % 2]
        rounds.append(furthest(spread(made, calls, rate, 2.0, 0.02, chance, now=LATER * (number + 1))))
    assert sum(each > GOAL for each in rounds) <= 0.05 * len(rounds), rounds


@pytest.mark.parametrize("workers", [2, 3, 4])
def test_callers_from_far_are_spread_hardly_worse_than_by_chance(workers):
    """A third of them are on their way by the same news: it must not send all to where few were."""
    seeds = range(ROUNDS)
    far = median(
        furthest(spread(balance(*[0] * workers), 100, 100, 10.0, 0.3, Random(seed))) for seed in seeds
    )
    dice = median(
        furthest([chosen.count(at) for at in range(workers)])
        for seed in seeds
        if (chosen := Random(seed).choices(range(workers), k=100))
    )
    assert far <= 1.3 * dice
