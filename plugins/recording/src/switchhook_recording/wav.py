"""Stereo WAV files in the line's own coding: the caller left, the bot right."""

from __future__ import annotations

import struct

from switchhook import AudioFormat

TAGS = {"PCM": 1, "L16": 1, "PCMA": 6, "PCMU": 7}
UNKNOWN = 0xFFFFFFFF  # the size of a file that goes on, as programs write it into pipes
LARGEST = UNKNOWN - 100
HEAD = 58  # bytes: the longest header


def header(audio: AudioFormat, size: int | None, channels: int = 2) -> bytes:
    """What stands before `size` bytes of all channels. None: nobody knows yet how many there will be."""
    width = audio.bytes_per_second // audio.rate
    form = struct.pack(
        "<HHIIHH",
        TAGS[audio.encoding],
        channels,
        audio.rate,
        channels * audio.bytes_per_second,
        channels * width,
        8 * width,
    )
    frames = UNKNOWN if size is None else size // (channels * width)
    if width == 1:  # a coding: the format has a size of more, and the number of samples is a part of its own
        form += struct.pack("<H", 0)
    parts = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    if width == 1:
        parts += b"fact" + struct.pack("<II", 4, frames)
    data = UNKNOWN if size is None else size
    whole = UNKNOWN if size is None else len(parts) + 8 + size
    return b"RIFF" + struct.pack("<I", whole) + parts + b"data" + struct.pack("<I", data)


def with_sizes(head: bytes, whole: int) -> bytes:
    """The header at the beginning of `head`, of a file that has `whole` bytes."""
    is_coded = head[16:18] == b"\x12\0"  # the size of its format
    size = 58 if is_coded else 44
    mended = bytearray(head[:size])
    if len(mended) < size:
        return head  # not even that was written
    struct.pack_into("<I", mended, 4, whole - 8)
    struct.pack_into("<I", mended, size - 4, whole - size)
    if is_coded:
        struct.pack_into("<I", mended, 46, (whole - size) // 2)
    return bytes(mended)


def interleaved(audio: AudioFormat, caller: bytes, bot: bytes) -> bytes:
    """Both sides sample by sample; they are of one length."""
    width = audio.bytes_per_second // audio.rate
    both = bytearray(2 * len(caller))
    if width == 1:
        both[0::2], both[1::2] = caller, bot
    else:
        low, high = (1, 0) if audio.encoding == "L16" else (0, 1)  # of the network: the high byte comes first
        both[0::4], both[1::4] = caller[low::2], caller[high::2]
        both[2::4], both[3::4] = bot[low::2], bot[high::2]
    return bytes(both)
