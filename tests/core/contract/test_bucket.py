"""A bound on rate."""

from hypothesis import given
from hypothesis import strategies as st

from switchhook import TokenBucket

TIMES = st.lists(st.floats(0, 3), max_size=60)


def test_so_many_go_at_once_and_no_more():
    bucket = TokenBucket(5, 3)
    assert [bucket.take(0) for _ in range(4)] == [True, True, True, False]


def test_the_next_may_go_when_it_is_due():
    bucket = TokenBucket(5, 1, now=10)
    assert bucket.take(10)
    assert bucket.due(10) == 10.2
    assert bucket.take(10.2)


def test_what_is_not_there_is_not_taken():
    bucket = TokenBucket(1, 3)
    assert not bucket.take(0, 4)
    assert bucket.take(0, 3)


def test_what_cannot_wait_is_owed():
    bucket = TokenBucket(1, 1)
    assert [bucket.spend(0) for _ in range(3)] == [True, False, False]
    assert bucket.due(0) == 3


@given(st.floats(0.1, 100), st.integers(1, 50), TIMES)
def test_never_more_than_burst_and_rate_allow(rate, burst, gaps):
    bucket, now, taken = TokenBucket(rate, burst), 0.0, 0
    for gap in gaps:
        now += gap
        taken += bucket.take(now)
    assert taken <= burst + rate * now + 0.001


@given(st.floats(0.1, 100), st.integers(1, 50), TIMES)
def test_who_comes_when_it_is_due_is_never_sent_away(rate, burst, gaps):
    bucket, now = TokenBucket(rate, burst), 0.0
    for gap in gaps:
        now = bucket.due(now + gap)
        assert bucket.take(now)
