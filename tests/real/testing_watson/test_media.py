"""Content types, and audio that comes in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat
from switchhook_testing_watson.media import Linear, Media, media


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("audio/mulaw;rate=8000", Media(AudioFormat("PCMU", 8000))),
        ("audio/basic", Media(AudioFormat("PCMU", 8000))),
        ("audio/l16; rate=16000; channels=1; endianness=little-endian", Media(AudioFormat("PCM", 16_000))),
        ("audio/l16;rate=8000;endianness=big-endian", Media(AudioFormat("PCM", 8000), swapped=True)),
        ("audio/wav", Media(AudioFormat("PCM", 8000), wav=True)),
        ("audio/l16;rate=8000;channels=2", None),
        ("audio/l16", None),
        ("audio/mulaw;rate=4000", None),
        ("audio/ogg;codecs=opus", None),
        ("", None),
    ],
)
def test_a_content_type_is_read(content_type, expected):
    assert media(content_type) == expected


@given(st.one_of(st.text(), st.text().map(lambda text: f"audio/l16;rate={text}")))
def test_any_content_type_is_read_or_refused(content_type):
    assert media(content_type) is None or media(content_type).audio.encoding in ("PCM", "PCMU", "PCMA")


@given(st.lists(st.binary(max_size=20)))
def test_samples_are_whole_however_they_are_cut(pieces):
    linear, whole = Linear(swapped=False), b"".join(pieces)
    fed = [linear.feed(piece) for piece in pieces]

    assert all(len(each) % 2 == 0 for each in fed)
    assert b"".join(fed) == whole[: len(whole) & ~1]
