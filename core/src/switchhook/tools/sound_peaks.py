"""How loud the sides of a recorded call are, as a picture of it needs them."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator
from typing import NamedTuple

A_SECOND = 20  # peaks


class Side(NamedTuple):
    """`peaks`: the loudest of each twentieth of a second, 0 to 1."""

    peaks: list[float]


def sides(wav: bytes) -> list[Side]:
    """One of each channel of a WAV file: 16-bit samples, mu-law or A-law. Its size may be unknown, as that of
    a file which was written into a pipe. Raises ValueError for other files."""
    form, data = _parts(wav)
    if len(form) < 16:
        raise ValueError("expected a WAV file with a format")
    coding, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form[:16])
    if not 1 <= channels <= 8 or rate < A_SECOND or (coding, bits) not in ((1, 16), (6, 8), (7, 8)):
        raise ValueError("expected a WAV file of 16-bit samples, mu-law or A-law")
    step = rate // A_SECOND
    if bits == 16:
        samples = array("h", data[: len(data) // 2 * 2])
        if sys.byteorder == "big":
            samples.byteswap()
        return [Side(list(_loudest(samples[each::channels], step))) for each in range(channels)]
    levels = bytes(_a_law(byte) if coding == 6 else _mu_law(byte) for byte in range(256))
    return [Side(list(_levels(data[each::channels].translate(levels), step))) for each in range(channels)]


def _parts(wav: bytes) -> tuple[bytes, bytes]:
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise ValueError("expected a WAV file; one that is encrypted has to be opened first")
    form, place = b"", 12
    while place + 8 <= len(wav):
        name, size = wav[place : place + 4], int.from_bytes(wav[place + 4 : place + 8], "little")
        content = wav[place + 8 : place + 8 + size]
        if name == b"data":
            return form, content
        form = content if name == b"fmt " else form
        place += 8 + size + size % 2
    return form, b""


def _loudest(samples: array[int], step: int) -> Iterator[float]:
    for place in range(0, len(samples), step):
        piece = samples[place : place + step]
        loudest, lowest = max(piece), min(piece)
        yield max(loudest, -lowest) / 32768


def _levels(levels: bytes, step: int) -> Iterator[float]:
    for place in range(0, len(levels), step):
        yield max(levels[place : place + step]) / 255


def _mu_law(byte: int) -> int:
    """The amplitude, 0 to 255: ITU-T G.711."""
    exponent, mantissa = byte >> 4 & 7 ^ 7, byte & 15 ^ 15
    return min(255, (((mantissa << 3) + 132 << exponent) - 132) >> 7)


def _a_law(byte: int) -> int:
    exponent, mantissa = (byte ^ 0x55) >> 4 & 7, (byte ^ 0x55) & 15
    amplitude = (mantissa << 4) + 8 if exponent == 0 else (mantissa << 4) + 264 << exponent - 1
    return min(255, amplitude >> 7)
