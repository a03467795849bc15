"""Keys as sound: ITU-T Q.23, two tones each. Towards the caller there is no other way to send them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cache

from pydantic import Field

from switchhook import wav_file

from .commands import CommandParameters

RATE = 8000
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)  # Hz
PLACES = "123A456B789C*0#D"
CODES = "0123456789*#ABCD"  # RFC 4733
FULL = 32_767 * 0.45  # of each of the two tones at 0 dB, so that their sum does not clip


class Tone(CommandParameters):
    """`code` of RFC 4733, `duration` in milliseconds, `volume` in decibels, zero or below."""

    code: int = Field(ge=0, le=15)
    duration: int = Field(200, ge=40, le=10_000)
    volume: int = Field(0, ge=-63, le=0)


def tones(keys: Sequence[Tone], interval: int) -> bytes:
    """A WAV file; `interval` in milliseconds of silence between two keys."""
    samples = array("h")
    for number, key in enumerate(keys):
        if number:
            samples.extend([0] * (RATE * interval // 1000))
        samples.extend(_tone(key))
    return wav_file(samples.tobytes(), RATE)


def _tone(key: Tone) -> Sequence[int]:
    row, column = divmod(PLACES.index(CODES[key.code]), 4)
    loudness = FULL * 10 ** (key.volume / 20)
    count = RATE * key.duration // 1000
    second = array("h", [round(loudness * level) for level in _second(LOW[row], HIGH[column])[:count]])
    return (second * (count // RATE + 1))[:count]


@cache
def _second(low: int, high: int) -> array[float]:
    """After a second both begin anew."""
    steps = [2 * math.pi * pitch / RATE for pitch in (low, high)]
    return array("d", [sum(math.sin(step * n) for step in steps) for n in range(RATE)])
