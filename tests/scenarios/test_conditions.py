"""How callers are heard: what a line makes of their audio."""

import itertools
import math
import random
from array import array

import pytest

from switchhook_scenarios.conditions import KNOWN, Condition, Line, loudness
from switchhook_scenarios.stretching import stretched


def tone(frequency, seconds=1.0, loud=3000.0):
    count = int(8000 * seconds)
    return array(
        "h", (round(loud * math.sin(2 * math.pi * frequency * n / 8000)) for n in range(count))
    ).tobytes()


def carried(condition, pcm, seed=1, babble=b"", said=b""):
    line = Line(condition, random.Random(seed), babble)
    if said:
        line.spoken(said)
    return b"".join(line.carried(pcm[at : at + 3200]) for at in range(0, len(pcm), 3200))


def decibels(after, before):
    return 20 * math.log10(loudness(array("h", after)) / loudness(array("h", before)))


def test_a_clear_line_changes_nothing():
    assert carried(Condition(), tone(440)) == tone(440)


@pytest.mark.parametrize("name", KNOWN)
def test_what_arrives_is_as_long_as_what_was_sent(name):
    assert len(carried(KNOWN[name], tone(440), babble=tone(200))) == len(tone(440))


@pytest.mark.parametrize(
    ("frequency", "low", "high"), [(50, -90, -20), (150, -20, -8), (1000, -1, 1), (3000, -3, 1)]
)
def test_a_telephones_band_has_neither_low_nor_high_frequencies(frequency, low, high):
    assert low < decibels(carried(Condition(telephone=True), tone(frequency)), tone(frequency)) < high


@pytest.mark.parametrize("background", ["noise", "babble"])
@pytest.mark.parametrize("snr", [0, 10, 20])
def test_the_background_is_so_many_decibels_below_the_voice(background, snr):
    condition = Condition(background=background, snr=snr)
    silence = carried(condition, bytes(32000), babble=tone(700, 3), said=tone(440))
    assert decibels(silence, tone(440)) == pytest.approx(-snr, abs=1)


def test_a_line_is_as_loud_as_it_is_said():
    assert decibels(carried(Condition(level=-20), tone(440)), tone(440)) == pytest.approx(-20, abs=0.2)


def test_what_is_too_loud_is_clipped():
    assert max(array("h", carried(Condition(level=20), tone(440, loud=30000)))) == 32767


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_so_many_packets_are_lost(share):
    arrived = array("h", carried(Condition(gaps=share), b"\1\1" * 8000 * 100))
    assert arrived.count(0) / len(arrived) == pytest.approx(share, rel=0.2)


@pytest.mark.parametrize("name", ["noise", "babble", "gaps"])
def test_a_seed_makes_the_same_line_again_and_another_another(name):
    first, again, other = (carried(KNOWN[name], tone(440), seed, tone(200)) for seed in (1, 1, 2))
    assert (first == again, first == other) == (True, False)


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2])
def test_a_voice_is_so_much_faster_and_keeps_its_pitch(speed):
    said = array("h", tone(200, 2))
    heard = [round(sample) for sample in stretched(said, speed)]
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(heard))
    assert len(said) / len(heard) == pytest.approx(speed, rel=0.03)
    assert crossings / (len(heard) / 8000) == pytest.approx(200, rel=0.03)


def test_what_is_too_short_to_be_stretched_stays_as_it_is():
    assert list(stretched([1, 2, 3], 1.5)) == [1, 2, 3]


def test_silence_has_no_loudness():
    assert (loudness([]), loudness([0] * 160)) == (0, 0)
