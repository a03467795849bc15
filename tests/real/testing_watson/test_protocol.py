"""The protocol of a recognition WebSocket, without the socket."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_testing_watson.protocol import Begin, Fail, Feed, Finish, Requests, Tell

START = {"action": "start", "content-type": "audio/mulaw;rate=8000"}
SECOND = bytes(8000)


@pytest.fixture
def requests():
    return Requests({"model": "en-US_Telephony"}, 0.0)


def begun(requests, now=0.0, **more):
    [order] = requests.text(json.dumps({**START, **more}), now)
    assert isinstance(order, Begin)
    return order


def test_the_spelling_of_the_sdk_is_understood(requests):
    [order] = requests.text('{"action": "start", "content_type": "audio/basic"}', 0.0)

    assert order.media.audio.encoding == "PCMU"


def test_a_request_begins_when_the_one_before_has_ended(requests):
    begun(requests)
    list(requests.binary(SECOND, 0.0))
    list(requests.text('{"action": "stop"}', 0.0))

    assert isinstance(next(requests.text(json.dumps(START), 0.0)), Fail)
    assert list(requests.ended(1.0)) == [Tell({"state": "listening"})]
    begun(requests)


def test_audio_is_for_requests(requests):
    assert isinstance(next(requests.binary(SECOND, 0.0)), Fail)


def test_stopping_twice_is_stopping_once(requests):
    begun(requests)
    list(requests.binary(SECOND, 0.0))

    assert [*requests.binary(b"", 0.0), *requests.binary(b"", 0.0)] == [Finish()]


@pytest.mark.parametrize(("seconds", "survives"), [(14, False), (16, True)])
def test_of_thirty_seconds_fifteen_have_to_be_audio(requests, seconds, survives):
    begun(requests, inactivity_timeout=-1)
    for second in range(seconds):
        list(requests.binary(SECOND, float(second)))

    assert list(requests.time(29.9, 0.0)) == []
    assert (list(requests.time(30.0, 0.0)) == []) is survives


def test_any_thirty_seconds_count(requests):
    begun(requests, inactivity_timeout=-1)
    for second in range(100):
        list(requests.binary(SECOND, float(second)))
        assert list(requests.time(float(second), 0.0)) == []

    assert list(requests.time(114.0, 0.0)) == []
    assert isinstance(next(requests.time(116.0, 0.0)), Fail)


def test_between_requests_the_session_times_out_too(requests):
    assert list(requests.time(29.0, 0.0)) == []
    assert isinstance(next(requests.time(30.0, 0.0)), Fail)


def test_speech_puts_off_the_inactivity_timeout(requests):
    begun(requests)
    for second in range(31):
        list(requests.binary(SECOND, float(second)))

    assert list(requests.time(31.0, 5.0)) == []
    assert list(requests.time(31.0, 0.0)) == [Fail("No speech detected for 30s.")]


messages = st.one_of(
    st.sampled_from([json.dumps(START), '{"action": "stop"}', "{}", "[]", "null", '{"action": 1}']),
    st.text(max_size=20),
    st.dictionaries(
        st.sampled_from(["action", "content-type", "inactivity_timeout", "low_latency", "strange"]),
        st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=20), st.lists(st.integers())),
    ).map(lambda table: json.dumps({"action": "start", **table})),
    st.binary(max_size=400),
)


@given(st.lists(messages, max_size=30), st.data())
def test_whatever_comes_audio_is_fed_only_between_begin_and_finish(came, data):
    requests = Requests({"model": "en-US_Telephony"}, 0.0)
    running = False
    now = 0.0
    for message in came:
        now += data.draw(st.floats(0, 5))
        incoming = requests.text if isinstance(message, str) else requests.binary
        for order in [*incoming(message, now), *requests.time(now, 0.0)]:
            match order:
                case Begin():
                    assert not running
                    running = True
                case Feed():
                    assert running
                case Finish():
                    assert running
                    running = False
                    assert list(requests.ended(now)) == [Tell({"state": "listening"})]
                case Fail():
                    return
