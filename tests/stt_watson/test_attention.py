"""When a result is overdue."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat
from switchhook_codecs.mulaw import decode, encode
from switchhook_stt_watson.attention import LOUD, OVERDUE, PHRASE, Attention, _expanded
from switchhook_stt_watson.request import Request

LINE, LINEAR = AudioFormat("PCMU", 8000), AudioFormat("PCM", 8000)


def tone(size, seconds=0.2):
    samples = [round(size * math.sin(number / 3)) for number in range(int(8000 * seconds))]
    return struct.pack(f"<{len(samples)}h", *samples)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture(params=[LINE, LINEAR], ids=["mu-law", "linear"])
def listening(request):
    """An attention, its clock, and what brings it a tone of some size."""
    clock = Clock()
    attention = Attention(request.param, clock)

    def hear(size):
        audio = tone(size)
        attention.hear(encode(audio) if request.param == LINE else audio)

    return attention, clock, hear


@given(st.integers(0, 255))
def test_sizes_are_those_of_the_codec(code):
    (sample,) = struct.unpack("<h", decode(bytes([code])))
    assert _expanded(code) == abs(sample)


def test_after_speech_and_silence_a_result_is_overdue(listening):
    attention, clock, hear = listening
    hear(8000)
    clock.now += PHRASE + OVERDUE - 0.01
    assert not attention.is_overdue(PHRASE)
    clock.now += 0.02
    assert attention.is_overdue(PHRASE)


def test_not_while_somebody_speaks(listening):
    attention, clock, hear = listening
    for _ in range(50):
        hear(8000)
        clock.now += 0.2
        assert not attention.is_overdue(PHRASE)


def test_noise_of_the_line_is_no_speech(listening):
    attention, clock, hear = listening
    hear(LOUD // 3)
    clock.now += 60
    assert not attention.is_overdue(PHRASE)


def test_a_click_is_none_either():
    clock = Clock()
    attention = Attention(LINE, clock)
    attention.hear(LINE.silence(0.1) + b"\x00" * 20 + LINE.silence(0.1))
    clock.now += 60
    assert not attention.is_overdue(PHRASE)


def test_not_when_a_result_has_come(listening):
    attention, clock, hear = listening
    hear(8000)
    attention.answered()
    clock.now += 60
    assert not attention.is_overdue(PHRASE)


def test_it_is_asked_for_once(listening):
    attention, clock, hear = listening
    hear(8000)
    clock.now += 60
    attention.asked(tested=True)
    assert not attention.is_overdue(PHRASE)


def test_a_new_connection_has_time_for_what_was_said(listening):
    attention, clock, hear = listening
    hear(8000)
    clock.now += 60
    attention.began()
    assert not attention.is_overdue(PHRASE)
    clock.now += PHRASE + OVERDUE + 0.01
    assert attention.is_overdue(PHRASE)


def test_nor_is_what_still_has_to_be_sent(listening):
    attention, clock, hear = listening
    hear(8000)
    clock.now += 60
    attention.wait()
    assert not attention.is_overdue(PHRASE)


def test_what_is_said_while_a_phrase_is_being_ended_is_owed_in_the_next(listening):
    attention, clock, hear = listening
    hear(8000)
    attention.asked(tested=False)
    hear(8000)
    attention.began()
    clock.now += 60
    assert attention.is_overdue(PHRASE)


@pytest.mark.parametrize(("asked", "phrase"), [({}, PHRASE), (2, 2.0), (-5, 0.0), ("long", PHRASE)], ids=repr)
def test_the_silence_that_ends_a_phrase_is_what_was_asked_for(asked, phrase):
    parameters = {"end_of_phrase_silence_time": asked} if asked != {} else {}
    assert Request({}, parameters).phrase == phrase
