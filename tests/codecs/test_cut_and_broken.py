"""What a stranger's file is wrong in is said by the error alone, and in words that help."""

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from switchhook import AudioFormat, Unplayable
from switchhook_codecs.decoding import decode
from switchhook_codecs.quiet import quiet

PCM = AudioFormat("PCM", 8000)
FORMS = {
    "FLAC": ("FLAC", "PCM_16"),
    "Vorbis": ("OGG", "VORBIS"),
    "Opus": ("OGG", "OPUS"),
    "MP3": ("MP3", "MPEG_LAYER_III"),
}


def file(form, seconds=1.0):
    container, coding = FORMS[form]
    made = io.BytesIO()
    noise = np.random.default_rng(3).uniform(-0.5, 0.5, int(8000 * seconds))
    soundfile.write(made, noise, 8000, format=container, subtype=coding)
    return made.getvalue()


FILES = {form: file(form) for form in FORMS}


def decoded(data):
    return decode(data, PCM, lambda: None)


@pytest.mark.parametrize(
    ("form", "length"),
    [("FLAC", 43), ("FLAC", 85), ("Vorbis", 3000), ("Vorbis", 6000), ("MP3", 100), ("MP3", 800)],
)
def test_a_file_that_is_cut_before_any_sound_is_told_to_be_cut(form, length):
    with pytest.raises(Unplayable, match="ended unexpectedly, before its first block"):
        decoded(FILES[form][:length])


@pytest.mark.parametrize(("form", "length"), [("FLAC", 5000), ("Opus", 3000), ("Vorbis", 2000)])
def test_a_file_that_is_cut_within_its_first_block_is_refused_in_the_words_of_its_reader(form, length):
    with pytest.raises(Unplayable, match=r"lost sync|file is malformed"):
        decoded(FILES[form][:length])


@given(st.sampled_from(list(FORMS)), st.data())
def test_a_cut_file_is_sound_or_a_reason(form, data):
    whole = FILES[form]
    cut = whole[: data.draw(st.integers(1, len(whole) - 1))]
    assert any(heard(cut)) or reason(cut)


def heard(data):
    try:
        return decoded(data)
    except Unplayable:
        return b""


def reason(data):
    with pytest.raises(Unplayable) as caught:
        decoded(data)
    return caught.value.reason


def test_a_file_without_sound_is_not_told_to_be_cut():
    made = io.BytesIO()
    soundfile.write(made, np.zeros(0), 8000, format="WAV", subtype="PCM_16")
    with pytest.raises(Unplayable, match="there is no sound in it"):
        decoded(made.getvalue())


def broken():
    """An MP3 that its decoder has much to say about."""
    made = bytearray(FILES["MP3"])
    for at in range(600, len(made), 97):
        made[at] ^= 0xFF
    return bytes(made)


def test_nothing_of_a_broken_file_reaches_standard_error(capfd):
    for data in (broken(), FILES["MP3"][:2000]):
        decoded(data)
    assert capfd.readouterr().err == ""


def test_nothing_of_a_dump_of_samples_reaches_standard_output(capfd):
    made = io.BytesIO()
    soundfile.write(made, np.zeros(8000), 8000, format="SDS", subtype="PCM_16")
    with pytest.raises(Unplayable, match="MIDI sample dump"):
        decoded(made.getvalue().replace(b"\x00", b"\x55"))
    assert capfd.readouterr() == ("", "")


def test_what_others_write_meanwhile_is_written(capfd):
    with quiet():
        os.write(
            2, b"Note: of the decoder\n[src/libmpg123/a.c:b():1] error: c\nof somebody else\nwithout an end"
        )
    assert capfd.readouterr().err == "of somebody else\nwithout an end"


def test_several_may_decode_at_the_same_time(capfd):
    def work():
        for _ in range(5):
            decoded(broken())
            os.write(2, b"mine\n")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert capfd.readouterr().err.split() == ["mine"] * 20
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def test_no_descriptor_is_kept():
    decoded(broken())
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        decoded(broken())
    assert len(list(Path("/proc/self/fd").iterdir())) == before
