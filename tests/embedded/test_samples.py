"""Sound as arrays."""

import numpy as np
import pytest

from switchhook_embedded.samples import from_pcm, level, resample, to_pcm


def sine(frequency, rate, seconds=1.0, amplitude=0.5):
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(int(rate * seconds)) / rate)).astype(
        np.float32
    )


def db(ratio):
    return 20 * np.log10(max(ratio, 1e-12))


def rms(samples):
    return float(np.sqrt(np.mean(np.square(samples))))


def test_samples_survive_the_way_there_and_back():
    pcm = np.arange(-32768, 32768, 7).astype("<i2").tobytes()

    assert to_pcm(from_pcm(pcm)) == pcm


def test_half_a_sample_is_left_out():
    assert len(from_pcm(b"\1\2\3")) == 1


def test_what_is_too_loud_is_clipped():
    assert to_pcm(np.array([2.0, -2.0], np.float32)) == np.array([32767, -32768], "<i2").tobytes()


def test_a_tone_survives_doubling_and_halving_the_rate():
    tone = sine(1000, 8000)
    back = resample(resample(tone, 8000, 16_000), 16_000, 8000)
    middle = slice(1000, 7000)  # a filter cannot know what lies beyond the ends

    assert db(rms(tone[middle]) / rms((back - tone)[middle])) > 60


def test_what_a_lower_rate_cannot_carry_is_taken_out():
    tone = sine(5000, 24_000)

    assert db(rms(resample(tone, 24_000, 8000)[500:-500]) / rms(tone)) < -80


@pytest.mark.parametrize(("rate", "wanted", "length"), [(8000, 16_000, 20_000), (24_000, 8000, 3333)])
def test_no_sample_is_held_back(rate, wanted, length):
    assert len(resample(np.zeros(10_000, np.float32), rate, wanted)) == length


def test_the_same_rate_changes_nothing():
    tone = sine(440, 8000)

    assert resample(tone, 8000, 8000) is tone


@pytest.mark.parametrize("amplitude", [0.02, 0.1, 0.9])
def test_speech_is_brought_to_minus_20_dbfs(amplitude):
    assert db(rms(level(sine(440, 8000, amplitude=amplitude)))) == pytest.approx(-20, abs=0.1)


def test_no_peak_is_higher_than_minus_3_dbfs():
    click = np.zeros(8000, np.float32)
    click[100] = 0.4

    assert db(float(np.max(np.abs(level(click))))) == pytest.approx(-3, abs=0.1)


def test_what_is_almost_silent_stays_so():
    assert db(rms(level(sine(440, 8000, amplitude=0.0001)))) < -60


def test_silence_and_nothing_are_left_as_they_are():
    assert not level(np.zeros(100, np.float32)).any()
    assert len(level(np.zeros(0, np.float32))) == 0
