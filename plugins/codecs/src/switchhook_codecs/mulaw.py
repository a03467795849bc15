"""G.711 mu-law by table: equal to the classic tables in all 256 codes and all 65,536 samples."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt


@cache
def decoding() -> npt.NDArray[np.int16]:
    """Sample of each code, little-endian."""
    inverted = ~np.arange(256) & 0xFF
    magnitude = ((((inverted & 0x0F) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84
    return np.where(inverted & 0x80, -magnitude, magnitude).astype("<i2")


@cache
def encoding() -> npt.NDArray[np.uint8]:
    """Code of each sample, by its bits read as an unsigned number.

    In 14-bit arithmetic: the common 16-bit form with a bias of 132 differs in 381 samples.
    """
    samples = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32) >> 2
    biased = np.minimum(np.minimum(np.abs(samples), 8159) + 33, 8191)
    segment = np.clip(np.floor(np.log2(biased)).astype(np.int32) - 5, 0, 7)
    code = (segment << 4) | ((biased >> (segment + 1)) & 0x0F)
    table: npt.NDArray[np.uint8] = ((code ^ np.where(samples < 0, 0x7F, 0xFF)) & 0xFF).astype(np.uint8)
    return table


def decode(wire: bytes) -> bytes:
    return bytes(decoding()[np.frombuffer(wire, np.uint8)])


def encode(pcm: bytes) -> bytes:
    """Half a sample at the end is dropped."""
    return bytes(encoding()[np.frombuffer(pcm, "<u2", len(pcm) // 2)])
