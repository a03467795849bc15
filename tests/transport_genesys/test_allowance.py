import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import TokenBucket
from switchhook_audiohook.settings import LimitSettings
from switchhook_transport_genesys.allowance import Allowance
from switchhook_transport_genesys.connection import TEXT

RATE, BURST = 10.0, 200.0
SPENDING = st.lists(st.tuples(st.floats(0, 5), st.integers(0, 40)), max_size=60)


def spend(allowance, now, count):
    allowance.left -= count
    if allowance.left >= 0 or allowance.settle(now):
        return True
    allowance.left += count  # who is refused is cut off; here the others go on
    return False


@given(SPENDING)
def test_it_lets_through_nothing_that_a_bucket_of_the_same_rate_and_burst_would_not(steps):
    now, allowance, bucket = 0.0, Allowance(RATE, BURST, 0.0), TokenBucket(RATE, BURST, 0.0)
    for pause, count in steps:
        now += pause
        if spend(allowance, now, count):
            assert bucket.take(now, count)


@given(SPENDING)
def test_it_lets_through_whatever_is_half_a_second_below_the_limit(steps):
    now, allowance, bucket = 0.0, Allowance(RATE, BURST, 0.0), TokenBucket(RATE, BURST - RATE / 2, 0.0)
    for pause, count in steps:
        now += pause
        if bucket.take(now, count):
            assert spend(allowance, now, count)


def test_a_whole_burst_is_let_through_at_once_and_then_the_rate():
    allowance = Allowance(RATE, BURST, 0.0)
    assert all(spend(allowance, 0.0, 1) for _ in range(200))
    assert not spend(allowance, 0.0, 1)
    assert sum(spend(allowance, 1.0, 1) for _ in range(200)) == 10


def test_a_paced_client_is_settled_with_once_in_half_a_second_and_not_for_each_message():
    allowance = Allowance(50.0, 1000.0, 0.0)
    settled = 0
    for number in range(500):
        allowance.left -= 1
        if allowance.left < 0:
            settled += 1
            assert allowance.settle(number / 50)
    assert settled <= 20


@pytest.mark.parametrize("frame", [0.01, 0.02, 0.2])
def test_by_default_a_client_may_catch_up_and_talk_for_an_hour_in_frames_of_any_usual_length(frame):
    """As `Connection` counts: 30 s at once, then in real time, with a ping every second."""
    limits = LimitSettings()
    messages = Allowance(limits.messages, 20 * limits.messages, 0.0)
    size = Allowance(limits.bytes, 10 * limits.bytes, 0.0)
    assert spend(messages, 0.0, round(30 / frame))
    assert spend(size, 0.0, 30 * 16_000)  # of the widest coding
    for second in range(1, 3600):
        assert spend(messages, float(second), round(1 / frame) + TEXT)
        assert spend(size, float(second), 16_000 + 200)


def test_by_default_a_thousand_texts_are_read_at_once_and_then_fifty_a_second():
    limits = LimitSettings()
    messages = Allowance(limits.messages, 20 * limits.messages, 0.0)
    assert spend(messages, 0.0, TEXT * 1000)
    assert not spend(messages, 0.0, TEXT)
    assert sum(spend(messages, 1.0, TEXT) for _ in range(200)) == 50
