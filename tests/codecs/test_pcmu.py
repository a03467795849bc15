"""G.711 mu-law lines."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import AudioFormat
from switchhook_codecs.pcmu import create_codec

CODEC = create_codec(AudioFormat("PCMU", 8000))
SEGMENT_ENDS = (0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF)


def reference_encode(sample: int) -> int:
    """By search among the segments, in integers: the way G.711 codecs were written before tables."""
    value, mask = sample >> 2, 0xFF
    if value < 0:
        value, mask = -value, 0x7F
    value = min(value, 8159) + 33
    for segment, end in enumerate(SEGMENT_ENDS):
        if value <= end:
            return (segment << 4 | value >> (segment + 1) & 0xF) ^ mask
    return 0x7F ^ mask


def reference_decode(code: int) -> int:
    """By adding up: fifteen steps in a segment, and one and a half to the next, where steps are twice as high."""
    code ^= 0xFF
    segment, interval = code >> 4 & 7, code & 0xF
    start = sum(132 << lower for lower in range(segment))
    magnitude = start + (interval << (segment + 3))
    return -magnitude if code & 0x80 else magnitude


def test_every_sample_is_encoded_as_the_classic_table_does():
    samples = range(-32768, 32768)

    coded = CODEC.encode(struct.pack("<65536h", *samples))

    assert coded == bytes(reference_encode(sample) for sample in samples)


def test_every_code_is_decoded_as_the_classic_table_does():
    samples = struct.unpack("<256h", CODEC.decode(bytes(range(256))))

    assert list(samples) == [reference_decode(code) for code in range(256)]


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xFF), (32124, 0x80), (-32124, 0x00), (32767, 0x80), (-32768, 0x00), (8, 0xFE)]
)
def test_known_samples_have_their_known_codes(sample, code):
    assert CODEC.encode(struct.pack("<h", sample)) == bytes([code])


def test_every_code_survives_being_decoded_and_encoded_but_that_of_negative_zero():
    back = CODEC.encode(CODEC.decode(bytes(range(256))))

    assert [(code, got) for code, got in enumerate(back) if code != got] == [(0x7F, 0xFF)]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_decoding_doubles_the_length(wire):
    assert len(CODEC.decode(wire)) == 2 * len(wire)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_can_be_encoded_and_half_a_sample_is_dropped(pcm):
    assert len(CODEC.encode(pcm)) == len(pcm) // 2


@settings(max_examples=100, deadline=None)
@given(st.integers(-32124, 32124))
def test_a_sample_comes_back_within_its_interval(sample):
    (back,) = struct.unpack("<h", CODEC.decode(CODEC.encode(struct.pack("<h", sample))))

    # half an interval, and what is lost of a negative sample that is cut to 14 bits
    assert abs(back - sample) <= (abs(sample) + 132) // 32 + 4


def test_the_silence_of_a_line_is_silence():
    assert CODEC.decode(AudioFormat("PCMU", 8000).silence(0.01)) == bytes(160)


def test_another_coding_is_left_to_other_plugins():
    assert create_codec(AudioFormat("PCMA", 8000)) is None
