"""Sound files in a line's format."""

import io
import re
import struct

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from switchhook import AudioFormat, Unplayable
from switchhook_codecs import mulaw
from switchhook_codecs.decoding import decode
from switchhook_codecs.wav import load_audio

PCM = AudioFormat("PCM", 8000)
PCMU = AudioFormat("PCMU", 8000)


def decoded(data, audio):
    return decode(data, audio, lambda: None)


def tone(rate, hertz=1004, seconds=0.5, level=0.5):
    return level * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)


def wav(samples, rate=8000, coding="PCM_16", container="WAV", endian="FILE"):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=coding, endian=endian)
    return file.getvalue()


def header(*, tag=1, channels=1, rate=8000, bits=16, data=b"\0\0" * 800, size=None):
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * block & 0xFFFFFFFF, block & 0xFFFF, bits)
    chunk = b"data" + struct.pack("<I", len(data) if size is None else size) + data
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


def samples_of(pcm):
    return np.frombuffer(pcm, "<i2") / 32768


def purity(samples):
    """How much of the sound, edges left out, is the tone; a coder may move it in time."""
    middle = samples[len(samples) // 8 : -len(samples) // 8]
    power = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))) ** 2
    at = round(1004 * len(middle) / 8000)
    return power[at - 5 : at + 6].sum() / power.sum()


def decibels_from(expected, got):
    """How far below the signal everything lies that should not be there; edges are left out."""
    middle = slice(len(expected) // 8, -len(expected) // 8)
    noise = got[: len(expected)][middle] - expected[middle]
    return 10 * np.log10(np.mean(expected[middle] ** 2) / np.mean(noise**2))


def test_a_file_in_the_lines_own_form_is_unchanged():
    samples = np.random.default_rng(1).integers(-32768, 32767, 4000).astype("<i2")

    assert decoded(wav(samples), PCM) == samples.tobytes()


def test_a_mu_law_file_passes_a_mu_law_line_unchanged():
    samples = mulaw.decoding()[np.arange(256) % 127]
    file = wav(samples, coding="ULAW")

    assert decoded(file, PCMU) == mulaw.encode(samples.tobytes())


@pytest.mark.parametrize(
    ("coding", "decibels"),
    [
        ("PCM_U8", 35),
        ("PCM_16", 80),
        ("PCM_24", 80),
        ("PCM_32", 80),
        ("FLOAT", 80),
        ("DOUBLE", 80),
        ("ULAW", 35),
        ("ALAW", 35),
        ("IMA_ADPCM", 20),
        ("MS_ADPCM", 20),
    ],
)
def test_every_common_width_and_coding_is_read(coding, decibels):
    got = samples_of(decoded(wav(tone(8000), coding=coding), PCM))

    assert decibels_from(tone(8000), got) > decibels


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000])
def test_a_tone_is_kept_whatever_the_rate(rate):
    got = samples_of(decoded(wav(tone(rate), rate, "FLOAT"), PCM))

    assert len(got) == pytest.approx(4000, abs=2)
    assert decibels_from(tone(8000), got) > 60


def test_what_the_line_cannot_carry_is_filtered_out_before_it_folds_back():
    got = samples_of(decoded(wav(tone(24000, hertz=5000), 24000, "FLOAT"), PCM))

    assert np.max(np.abs(got[400:-400])) < 0.5 * 10 ** (-80 / 20)


def test_the_resampler_keeps_a_tone_there_and_back():
    there = soxr.resample(tone(8000), 8000, 16000, quality="HQ")

    got = samples_of(decoded(wav(there, 16000, "FLOAT"), PCM))

    assert decibels_from(tone(8000), got) > 60


def test_a_line_of_another_rate_gets_that_rate():
    assert len(decoded(wav(tone(8000)), AudioFormat("PCM", 16000))) == pytest.approx(16000, abs=4)


def test_channels_are_mixed():
    both = np.stack([tone(8000), np.zeros(4000)], axis=1)

    assert decibels_from(tone(8000, level=0.25), samples_of(decoded(wav(both), PCM))) > 70


@pytest.mark.parametrize(
    ("container", "endian"),
    [("WAVEX", "FILE"), ("RF64", "FILE"), ("WAV", "BIG")],
    ids=["wavex", "rf64", "rifx"],
)
def test_every_kind_of_wav_container_is_read(container, endian):
    file = wav(tone(8000), container=container, endian=endian)

    assert decibels_from(tone(8000), samples_of(decoded(file, PCM))) > 80


@pytest.mark.parametrize(
    ("container", "coding", "rates"),
    [
        ("MP3", "MPEG_LAYER_III", (8000, 16_000, 44_100, 48_000)),
        ("OGG", "VORBIS", (8000, 22_050, 44_100)),
        ("OGG", "OPUS", (8000, 16_000, 48_000)),
        ("FLAC", "PCM_16", (8000, 44_100, 96_000)),
        ("AIFF", "PCM_16", (8000, 44_100)),
        ("AU", "ULAW", (8000, 16_000)),
        ("CAF", "ALAC_16", (8000, 44_100)),
        ("W64", "PCM_16", (8000, 44_100)),
    ],
)
def test_whatever_the_library_reads_is_played(container, coding, rates):
    for rate in rates:
        got = samples_of(decoded(wav(tone(rate, seconds=2.0), rate, container=container, coding=coding), PCM))

        assert len(got) == pytest.approx(16_000, abs=1200)
        assert np.sqrt(np.mean(got[4000:12000] ** 2)) == pytest.approx(0.5 / 2**0.5, rel=0.05)
        assert purity(got) > 0.98


@pytest.mark.parametrize(
    ("container", "coding"), [("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III"), ("OGG", "OPUS")]
)
def test_a_compressed_file_that_is_cut_short_plays_as_far_as_it_goes(container, coding):
    file = wav(tone(16000, seconds=10.0), 16000, container=container, coding=coding)

    assert 36_000 < len(samples_of(decoded(file[: len(file) * 6 // 10], PCM))) < 56_000


def test_what_counts_is_what_a_small_file_decodes_to():
    hour = wav(np.zeros(8000 * 3600, np.int16), container="FLAC")

    assert len(hour) < 100_000
    with pytest.raises(Unplayable, match="expected at most 600 s of sound, got more"):
        decoded(hour, PCM)


def test_a_file_that_does_not_say_how_long_it_is_is_played():
    file = bytearray(wav(tone(8000), container="FLAC"))
    file[21] &= 0xF0
    file[22:26] = bytes(4)

    assert decibels_from(tone(8000), samples_of(decoded(bytes(file), PCM))) > 80


def test_a_mu_law_line_gets_mu_law():
    assert decoded(wav(tone(8000)), PCMU) == mulaw.encode(decoded(wav(tone(8000)), PCM))


def test_a_file_without_samples_is_none_that_can_be_played():
    with pytest.raises(Unplayable, match="there is no sound in it"):
        decoded(wav(np.zeros(0)), PCMU)


def test_samples_are_rounded_to_the_nearest():
    fine = np.array([1.6, -1.6, 1.4, -1.4]) / 32768

    assert np.frombuffer(decoded(wav(fine, coding="FLOAT"), PCM), "<i2").tolist() == [2, -2, 1, -1]


def test_samples_that_are_no_numbers_or_too_loud_are_made_harmless():
    loud = np.array([np.nan, np.inf, -np.inf, 7.0, -7.0, 3e38, 0.25], np.float32)

    got = np.frombuffer(decoded(wav(loud, coding="FLOAT"), PCM), "<i2")

    assert got.tolist() == [0, 32767, -32768, 32767, -32768, 32767, 8192]


def test_a_line_of_another_coding_is_left_to_other_plugins():
    assert load_audio(wav(tone(8000)), AudioFormat("PCMA", 8000)) is None


def test_a_file_that_is_cut_short_plays_as_far_as_it_goes():
    file = wav(tone(8000))

    assert decibels_from(tone(8000)[:2000], samples_of(decoded(file[:-4000], PCM))) > 80


def test_a_file_that_claims_more_samples_than_it_has_plays_what_it_has():
    assert len(decoded(header(size=0xFFFFFFF0), PCM)) == 1600


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (header(rate=1), "expected a rate of 1000 to 384000 Hz, got 1"),
        (header(rate=999_999), "expected a rate"),
        (header(channels=200, data=bytes(4000)), "expected 1 to 8 channels, got 200"),
        (header(rate=1000, bits=8, data=bytes(601_000)), "expected at most 600 s of sound, got more"),
        (
            header(tag=0x45, bits=4, data=bytes(400)),
            r"Malformed 'fmt ' chunk. Its WAV coding is 0x0045, G.726$",
        ),
        (header(tag=0x1234), r"Malformed 'fmt ' chunk. Its WAV coding is 0x1234$"),
        (b"RIFF", r"^Format not recognised.$"),
        (b"RIFF\0\0\0\0WAVE", r"^Error in WAV file. No 'data' chunk marker.$"),
        (b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\xff", "Short 'fmt ' chunk"),
        (b"RIFF\0\0\0\0WAVE" + bytes(50_000_000), "expected a file of at most 50000000 bytes"),
        (b"", r"^the file is empty$"),
        (b"\n<!DOCTYPE html><title>Not here</title>", "^Format not recognised. It looks like an HTML page"),
        (b'\xef\xbb\xbf {"error": 404}', "^Format not recognised. It looks like JSON$"),
        (b"\0\0\0\x20ftypM4A " + bytes(99), "It looks like MP4 or M4A$"),
        (b"GIF89a" + bytes(99), r"^Format not recognised.$"),
        (b"OggS" + bytes(99), "unimplemented format"),
        (b"ID3" + bytes(99), r"^Format not recognised.$"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_played_is_refused_in_the_readers_words(file, fault):
    with pytest.raises(Unplayable) as caught:
        decoded(file, PCM)
    assert re.search(fault, caught.value.reason)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_file_gives_samples_or_is_unplayable(data):
    file = bytearray(wav(tone(8000, seconds=0.01)))
    for _ in range(data.draw(st.integers(1, 6))):
        file[data.draw(st.integers(12, 60))] = data.draw(st.integers(0, 255))

    try:
        got = decoded(bytes(file), PCM)
    except Unplayable:
        return
    assert len(got) % 2 == 0
