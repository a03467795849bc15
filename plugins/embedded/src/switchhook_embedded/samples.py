"""Sound as arrays: mono float32 in [-1, 1]."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import soxr  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

RATE = 8000  # at which speech is listened to

FULL_SCALE = 32768.0

TARGET_RMS = 0.1  # -20 dBFS: what a telephone network expects of speech
HIGHEST_PEAK = 0.708  # -3 dBFS
MOST_GAIN = 8.0  # a sentence that is almost silent stays so


def from_pcm(pcm: bytes) -> Samples:
    """Of signed 16-bit little-endian samples; a half sample at the end is left out."""
    whole = np.frombuffer(pcm, "<i2", count=len(pcm) // 2)
    return whole.astype(np.float32) / np.float32(FULL_SCALE)


def to_pcm(samples: Samples) -> bytes:
    """Signed 16-bit little-endian; what is too loud is clipped."""
    scaled = np.rint(samples * np.float32(FULL_SCALE))
    pcm: bytes = np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").tobytes()
    return pcm


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """A whole utterance or sentence at once: in pieces, each join would be heard."""
    if rate == wanted or not len(samples):
        return samples
    converted: Samples = soxr.resample(samples, rate, wanted, quality="HQ")
    return converted


def level(samples: Samples) -> Samples:
    """Brought to about -20 dBFS RMS, with no peak above -3 dBFS."""
    peak = float(np.max(np.abs(samples), initial=0.0))
    if not peak:
        return samples
    rms = float(np.sqrt(np.mean(np.square(samples))))
    gain = min(TARGET_RMS / rms, HIGHEST_PEAK / peak, MOST_GAIN)
    return samples * np.float32(gain)
