"""From bytes to utterances: positions and rates."""

import numpy as np
import pytest

from switchhook_embedded.ear import Ear
from switchhook_embedded.samples import from_pcm, resample, to_pcm


def spoken(ear, pieces):
    """The final, after `pieces` of (position, audio)."""
    for position, audio in pieces:
        list(ear.hear(position, audio))
    return ear.finish()


def test_lost_audio_is_counted_and_takes_time(silero, speech):
    ear = Ear(silero.detector(), 8000, hang=0.5)

    final = spoken(ear, [(16_000, speech)])

    assert ear.lost == 2.0
    assert final.start == pytest.approx(2.5, abs=0.3)


def test_another_rate_is_heard_at_the_same_times(silero, speech):
    wide = to_pcm(resample(from_pcm(speech), 8000, 16_000))
    narrow_final = spoken(Ear(silero.detector(), 8000, hang=0.5), [(0, speech + bytes(1600))])
    wide_final = spoken(Ear(silero.detector(), 16_000, hang=0.5), [(0, wide + bytes(8000))])

    assert wide_final.start == pytest.approx(narrow_final.start, abs=0.15)
    assert wide_final.end == pytest.approx(narrow_final.end, abs=0.15)


def test_an_utterance_is_given_at_8_khz_whatever_the_rate(silero, speech):
    wide = to_pcm(resample(from_pcm(speech), 8000, 16_000))
    final = spoken(Ear(silero.detector(), 16_000, hang=0.5), [(0, wide + bytes(8000))])

    peak = np.argmax(np.abs(np.fft.rfft(final.samples))) / len(final.samples) * 8000
    wanted = np.argmax(np.abs(np.fft.rfft(from_pcm(speech)))) / (len(speech) // 2) * 8000
    assert peak == pytest.approx(wanted, rel=0.05)
