"""What is tried next, how long, and when the call gives up: without a clock and without an engine."""

from dataclasses import replace
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from switchhook.call.engine import engines_of
from switchhook.call.failover import CONVERSING, LISTENING, SPEAKING, Failover


def engines(number):
    return engines_of("stt", [object() for _ in range(number)])


def test_engines_are_tried_in_their_order():
    able, failover, tried = engines(3), Failover(LISTENING), []
    while attempt := failover.next(able, 0.0):
        tried.append(attempt.engine)
        failover.failed(attempt.engine, 0.0)
    assert tuple(tried) == able


def test_one_that_rests_is_tried_after_the_others():
    first, second = engines(2)
    first.failed(0.0, silent=True)
    assert Failover(LISTENING).next([first, second], 1.0).engine is second


def test_the_last_one_may_take_longer_and_less_so_while_there_is_trouble():
    [only], failover = engines(1), Failover(LISTENING)
    assert failover.next([only], 0.0).opening == LISTENING.last
    failover.failed(only, 0.0)
    failover.again(0.0)
    assert failover.next([only], 1.0).opening == LISTENING.afresh


def test_with_a_spare_one_an_engine_may_take_less():
    attempt = Failover(CONVERSING).next(engines(2), 0.0)
    given = attempt.opening, attempt.answering, attempt.going_on
    assert given == (CONVERSING.opening, CONVERSING.answering, CONVERSING.going_on)


def test_nobody_takes_the_place_of_the_last_one_while_it_answers():
    attempt = Failover(CONVERSING).next(engines(1), 0.0)
    assert (attempt.answering, attempt.going_on) == (inf, inf)


def test_the_spare_one_may_be_asked_beside_it_unless_it_rests():
    first, second = engines(2)
    assert Failover(SPEAKING).next([first, second], 0.0).spare is second
    second.failed(0.0, silent=True)
    assert Failover(SPEAKING).next([first, second], 1.0).spare is None


def test_engines_are_tried_again_after_a_pause_while_the_trouble_is_young():
    [only], failover = engines(1), Failover(LISTENING)
    failover.failed(only, 5.0)
    assert failover.next([only], 5.0) is None
    assert failover.again(5.0) == LISTENING.pause
    assert failover.next([only], 5.5).engine is only


def test_a_trouble_that_lasts_is_given_up():
    [only], failover = engines(1), Failover(LISTENING)
    failover.failed(only, 5.0)
    assert failover.again(5.0 + LISTENING.persistence) is None


def test_a_failure_after_steady_work_is_a_new_trouble():
    first, second = engines(2)
    failover = Failover(LISTENING)
    failover.failed(first, 0.0)
    failover.failed(second, 20.0, since=20.0 - LISTENING.steady)
    assert failover.next([first, second], 20.0).engine is first
    assert failover.is_left([first, second])


def test_an_assistant_is_not_told_a_turn_twice():
    [only], failover = engines(1), Failover(CONVERSING)
    failover.failed(only, 1.0)
    assert failover.again(1.0) is None


def test_who_was_outrun_is_asked_again_once_behind_the_others():
    able, failover = engines(3), Failover(SPEAKING)
    failover.outrun(able[0])
    failover.failed(able[1], 0.0)
    tried = []
    while attempt := failover.next(able, 0.0):
        tried.append(attempt.engine)
        failover.outrun(attempt.engine)
    assert tried == [able[2], able[0], able[2]]


def test_who_declines_is_no_trouble():
    first, second = engines(2)
    failover = Failover(LISTENING)
    failover.declined(first)
    assert failover.next([first, second], 0.0).opening == LISTENING.last


FATES = st.lists(st.tuples(st.sampled_from(["failed", "declined", "outrun"]), st.floats(0, 2)), max_size=60)


@given(st.integers(1, 4), FATES)
def test_whatever_happens_it_comes_to_an_end_and_no_engine_is_tried_before_the_others(number, fates):
    able, failover, now, round_ = engines(number), Failover(replace(LISTENING, steady=inf)), 0.0, []
    began = None
    for fate, seconds in fates:
        attempt = failover.next(able, now)
        if attempt is None:
            assert set(round_) == set(able)
            pause = failover.again(now)
            if pause is None:
                assert began is None or now + LISTENING.pause >= began + LISTENING.persistence
                return
            now, round_ = now + pause, []
            continue
        assert round_.count(attempt.engine) <= 1
        round_.append(attempt.engine)
        now += seconds
        if fate == "failed":
            began = now if began is None else began
            failover.failed(attempt.engine, now)
        else:
            getattr(failover, fate)(attempt.engine)
