"""Samples in the forms that a line has them in, without a codec."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from functools import cache

from ...contract.audio import AudioFormat

LINE = AudioFormat("PCM", 8000)
WIDE = AudioFormat("PCM", 16000)


def samples_of(pcm: bytes) -> array[int]:
    """As numbers."""
    samples = array("h", pcm[: len(pcm) & ~1])
    if array("H", b"\1\0")[0] != 1:
        samples.byteswap()
    return samples


def pcm_of(samples: array[int]) -> bytes:
    given = array("h", samples)
    if array("H", b"\1\0")[0] != 1:
        given.byteswap()
    return given.tobytes()


def resampled(pcm: bytes, old: int, new: int) -> bytes:
    """By straight lines from sample to sample: good enough to be understood, not to be listened to."""
    samples = samples_of(pcm)
    if old == new or not samples:
        return pcm
    found = array("h")
    for number in range(len(samples) * new // old):
        at, part = divmod(number * old, new)
        first, second = samples[at], samples[min(at + 1, len(samples) - 1)]
        found.append(first + (second - first) * part // new)
    return pcm_of(found)


def _mulaw(code: int) -> int:
    code = ~code & 0xFF
    size = ((((code & 0x0F) << 3) + 0x84) << (code >> 4 & 7)) - 0x84
    return -size if code & 0x80 else size


def _alaw(code: int) -> int:
    code ^= 0x55
    size, segment = ((code & 0x0F) << 4) + 8, code >> 4 & 7
    size = size if not segment else size + 0x100 << segment - 1
    return size if code & 0x80 else -size


@cache
def _codes(encoding: str) -> tuple[list[int], list[int]]:
    """The samples that have a code, in order, and the codes."""
    decode = {"PCMU": _mulaw, "PCMA": _alaw}[encoding]
    pairs = sorted((decode(code), code) for code in range(256))
    return [sample for sample, _ in pairs], [code for _, code in pairs]


def coded(pcm: bytes, rate: int, audio: AudioFormat) -> bytes:
    """The samples, of that rate, as a line of that format brings them."""
    pcm = resampled(pcm, rate, audio.rate)
    if audio.encoding not in ("PCMU", "PCMA"):
        return pcm
    samples, codes = _codes(audio.encoding)
    last = len(codes) - 1
    return bytes(codes[min(bisect_left(samples, sample), last)] for sample in samples_of(pcm))


def sounds(audio: AudioFormat, data: bytes) -> bool:
    """Is there anything but silence?"""
    if audio.encoding in ("PCMU", "PCMA"):
        return len(set(data)) > 2  # silence has two codes: a little above and below
    return any(data)


def pattern(number: int, size: int) -> bytes:
    """Audio that no other number has."""
    return bytes((number * 7 + at) % 251 for at in range(size))
