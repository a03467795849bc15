from hypothesis import given
from hypothesis import strategies as st

from switchhook_transport_genesys.send_queue import MAX_AUDIO, MAX_TEXT, SendQueue


def drain(box, now):
    taken = []
    while (message := box.take(now)) is not None:
        taken.append(message)
    return taken


def test_texts_overtake_audio_and_keep_their_order():
    box = SendQueue(0.0)
    box.put_audio(b"aa")
    box.put_text("one")
    box.put_text("two")
    assert drain(box, 0.0) == ["one", "two", b"aa"]


def test_no_audio_message_exceeds_64000_bytes():
    box = SendQueue(0.0)
    box.put_audio(b"x" * 160_000)
    assert [len(message) for message in drain(box, 0.0)] == [64_000, 64_000, 32_000]


def test_dropped_audio_never_comes():
    box = SendQueue(0.0)
    box.put_audio(b"old")
    box.drop_audio()
    box.put_audio(b"new")
    assert drain(box, 0.0) == [b"new"]


def test_held_audio_waits_and_texts_do_not():
    box = SendQueue(0.0)
    box.hold_audio(2.0)
    box.put_audio(b"x")
    box.put_text("t")
    assert drain(box, 1.0) == ["t"]
    assert box.due(1.0) == 2.0
    assert drain(box, 2.0) == [b"x"]


def test_a_shorter_wait_does_not_end_a_longer_one():
    box = SendQueue(0.0)
    box.hold_audio(5.0)
    box.hold_audio(1.0)
    box.put_audio(b"x")
    assert box.due(0.0) == 5.0


def test_audio_that_waited_for_the_rate_goes_in_one_message():
    box = SendQueue(0.0)
    for _ in range(25):
        box.put_audio(b"x")
        assert box.take(0.0) == b"x"
    box.put_audio(b"a")
    box.put_audio(b"b")
    assert box.take(0.0) is None
    assert box.take(box.due(0.0)) == b"ab"


def test_it_is_full_with_more_than_30_seconds_or_too_much_text():
    box = SendQueue(0.0)
    box.put_audio(b"x" * MAX_AUDIO)
    assert not box.full
    box.put_audio(b"x")
    assert box.full
    box = SendQueue(0.0)
    box.put_text("x" * (MAX_TEXT + 1))
    assert box.full


def test_empty_it_has_nothing_due():
    assert SendQueue(0.0).due(5.0) is None


@given(st.lists(st.floats(0, 1), max_size=200))
def test_never_more_than_25_and_5_a_second(pauses):
    box, now, times = SendQueue(0.0), 0.0, []
    for pause in pauses:
        now += pause
        box.put_audio(b"x")
        times += [now] * len(drain(box, now))
    for index, start in enumerate(times):
        sent = [time for time in times[index:] if time <= start + 3]
        assert len(sent) <= 25 + 5 * 3 + 1e-6
