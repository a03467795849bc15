"""The playback clock: properties that hold for any order and timing of what arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook_genesys_tools.dial.playback import RATE, Finished, Playback, Started

STEP = st.tuples(st.integers(0, 3000), st.sampled_from(["receive", "drop", "advance"]), st.integers(0, 4000))


def run(steps):
    """Everything told, all bytes received, and the clock at the end. Times are whole samples."""
    playback, told, received, now = Playback(), [], b"", 0.0
    for number, (wait, what, size) in enumerate(steps):
        now += wait / RATE
        if what == "receive":
            data = bytes([number % 256]) * size
            received += data
            told += playback.receive(data, now)
        elif what == "drop":
            told += playback.drop(now)
        else:
            told += playback.advance(now)
    return playback, told, received, now


@given(st.lists(STEP))
def test_playback_starts_and_finishes_in_turns_and_in_order(steps):
    _, told, _, _ = run(steps)
    assert [type(each) for each in told] == [(Started, Finished)[i % 2] for i in range(len(told))]
    assert [each.at for each in told] == sorted(each.at for each in told)


@given(st.lists(STEP))
def test_what_is_heard_is_what_came_less_what_was_dropped(steps):
    playback, told, received, _ = run(steps)
    heard = sum(len(segment.audio) for segment in playback.segments)
    dropped = sum(each.dropped for each in told if isinstance(each, Finished))
    assert heard + dropped * RATE == pytest.approx(len(received), abs=len(told) + 0.01)


@given(st.lists(STEP))
def test_nothing_is_heard_before_it_came_nor_faster_than_it_sounds(steps):
    playback, told, _, _ = run(steps)
    started = [each for each in told if isinstance(each, Started)]
    finished = [each for each in told if isinstance(each, Finished)]
    assert [segment.at for segment in playback.segments] == [each.at for each in started]
    for segment, end in zip(playback.segments, finished, strict=False):
        assert segment.end == pytest.approx(end.at, abs=1 / RATE + 1e-9)


@given(st.lists(STEP))
def test_a_barge_in_empties_the_buffer(steps):
    playback, _, _, now = run(steps)
    playback.drop(now)
    assert playback.deadline() is None
    assert not playback.playing
    assert not playback.advance(now + 100)


@given(st.lists(STEP))
def test_segments_do_not_overlap(steps):
    playback, _, _, _ = run(steps)
    for one, other in zip(playback.segments, playback.segments[1:], strict=False):
        assert one.end <= other.at + 1e-9


def test_audio_that_comes_in_time_is_appended():
    playback = Playback()
    assert playback.receive(b"a" * 800, 1.0) == [Started(1.0)]
    assert playback.receive(b"b" * 800, 1.05) == []
    assert playback.advance(1.2) == [Finished(1.2)]
    assert len(playback.segments) == 1


def test_audio_that_comes_late_starts_again():
    playback = Playback()
    playback.receive(b"a" * 800, 1.0)
    assert playback.receive(b"b" * 800, 1.5) == [Finished(1.1), Started(1.5)]


def test_a_barge_in_tells_how_much_was_not_heard():
    playback = Playback()
    playback.receive(b"a" * 8000, 1.0)
    assert playback.drop(1.25) == [Finished(1.25, 0.75)]
    assert bytes(playback.segments[0].audio) == b"a" * 2000


def test_an_empty_message_starts_nothing():
    assert Playback().receive(b"", 1.0) == []
