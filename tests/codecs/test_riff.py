"""A WAV file's length may be wrong: what is there is played."""

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat, Unplayable
from switchhook_codecs.decoding import decode
from switchhook_codecs.riff import Format, format_of, repaired

PCM = AudioFormat("PCM", 8000)
NONE, MOST = 0, 0xFFFFFFFF
TITLE = b"LIST" + struct.pack("<I", 16) + b"INFOINAM\4\0\0\0Mine"


def wav(samples, coding="PCM_16", container="WAV", endian="FILE"):
    file = io.BytesIO()
    soundfile.write(file, samples, 8000, format=container, subtype=coding, endian=endian)
    return file.getvalue()


def sounding(file):
    return len(decode(file, PCM, lambda: None)) // 2


NOISE = np.random.default_rng(7).uniform(-0.5, 0.5, 16_000)


def saying(file, size, whole=None):
    """The same with other lengths of its sound, and of the whole file."""
    order = ">" if file[:4] == b"RIFX" else "<"
    at = file.index(b"data") + 4
    file = file[:at] + struct.pack(f"{order}I", size) + file[at + 4 :]
    return file if whole is None else file[:4] + struct.pack(f"{order}I", whole) + file[8:]


@pytest.mark.parametrize("whole", [None, 0, 8, 36, MOST])
@pytest.mark.parametrize("size", [NONE, MOST, 0x7FFFFFFF, 0x80000000, MOST - 36, 70_000])
@pytest.mark.parametrize(
    "coding", ["PCM_U8", "PCM_16", "FLOAT", "ULAW", "ALAW", "IMA_ADPCM", "MS_ADPCM", "GSM610"]
)
def test_a_stream_that_did_not_know_its_length_is_played(coding, size, whole):
    assert 16_000 <= sounding(saying(wav(NOISE, coding), size, whole)) < 16_700


@pytest.mark.parametrize("size", [NONE, MOST])
def test_so_it_is_where_bytes_stand_the_other_way(size):
    assert sounding(saying(wav(NOISE, endian="BIG"), size)) == 16_000


@pytest.mark.parametrize("size", [bytes(24), b"\xff" * 24], ids=["none", "most"])
def test_so_it_is_where_lengths_are_large(size):
    file = wav(NOISE, container="RF64")
    at = file.index(b"ds64") + 8
    assert sounding(file[:at] + size + file[at + 24 :]) == 16_000


def test_a_header_and_what_came_of_a_second_are_played():
    """Of IBM's stream of a sentence, each byte as it came."""
    head = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0" + struct.pack("<IIHH", 8000, 16_000, 2, 16)
    assert sounding(head + b"data\0\0\0\0" + b"\1\0" * 8000) == 8000


def test_a_title_behind_no_sound_is_no_sound():
    with pytest.raises(Unplayable, match="there is no sound in it"):
        sounding(wav(np.zeros(0)) + TITLE)


def test_a_title_behind_the_sound_is_not_played():
    assert sounding(wav(NOISE) + TITLE) == 16_000


def test_a_file_that_is_right_is_left_as_it_is():
    file = wav(NOISE)
    assert repaired(file) is file


@pytest.mark.parametrize(("coding", "number"), [("PCM_16", 1), ("FLOAT", 3), ("ALAW", 6), ("ULAW", 7)])
@pytest.mark.parametrize("container", ["WAV", "WAVEX"])
def test_its_coding_is_known_by_the_number(container, coding, number):
    assert format_of(wav(NOISE, coding, container)) == Format(number, 1, 8000)


@given(st.binary(max_size=200), st.sampled_from([b"RIFF", b"RIFX", b"RF64"]))
def test_any_bytes_are_some_file(data, kind):
    file = kind + bytes(4) + b"WAVE" + data
    assert len(repaired(file)) == len(file)
    format_of(file)
