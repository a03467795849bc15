"""The header of a WAV file: its coding, and a length that may be wrong.

What writes a file while it is made (a synthesiser's stream, a recorder that was killed) does not know how
long it will be, and leaves nothing, or the greatest number, in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

PLAIN = frozenset((0x0001, 0x0003, 0x0006, 0x0007))  # PCM, float, A-law, mu-law: a size for each sample
EXTENSIBLE = 0xFFFE
UNKNOWN = 0xFFFFFFFF
NAMES = {
    0x0014: "G.723",
    0x0022: "TrueSpeech",
    0x0042: "G.723.1",
    0x0045: "G.726",
    0x0050: "MPEG",
    0x0055: "MP3",
    0x0064: "G.726",
    0x0065: "G.722",
    0x0083: "G.729",
    0x0085: "G.726",
    0x00FF: "AAC",
    0x0161: "WMA",
    0x0162: "WMA",
    0x028F: "G.722",
    0x1600: "AAC",
    0xA109: "Speex",
}
"""Codings that nobody reads here."""


class Format(NamedTuple):
    """`coding`: the number that it was registered with."""

    coding: int
    channels: int
    rate: int


class _Chunk(NamedTuple):
    """Where what is in it begins, and how long it says it is."""

    name: bytes
    begin: int
    size: int


def is_wav(data: bytes) -> bool:
    return data[:4] in (b"RIFF", b"RIFX", b"RF64") and data[8:12] == b"WAVE"


def format_of(data: bytes) -> Format | None:
    """As the header says, whatever that is."""
    if not is_wav(data):
        return None
    order = _order(data)
    for chunk in _chunks(data):
        if chunk.name == b"fmt ":
            form = data[chunk.begin : chunk.begin + 26]
            coding = int.from_bytes(form[:2], order)
            if coding == EXTENSIBLE:
                coding = int.from_bytes(form[24:26], order)
            return Format(coding, int.from_bytes(form[2:4], order), int.from_bytes(form[4:8], order))
    return None


def repaired(data: bytes) -> bytes:
    """The same file, with the length that it has where it says none."""
    sound = next((each for each in _chunks(data) if each.name == b"data"), None) if is_wav(data) else None
    if sound is None:
        return data
    there = len(data) - sound.begin
    if data[:4] == b"RF64":
        data, size = _without_large_sizes(data, sound)
    else:
        size = sound.size
    # one that is too long is cut by the reader
    if size == 0 and there and not _are_chunks(data, sound.begin):
        size = min(there, UNKNOWN)
    at = sound.begin - 4
    return data[:at] + size.to_bytes(4, _order(data)) + data[at + 4 :] if size != sound.size else data


def _without_large_sizes(data: bytes, sound: _Chunk) -> tuple[bytes, int]:
    """An ordinary file, and the size of its sound: those that are allowed here are no larger."""
    large = next((each for each in _chunks(data) if each.name == b"ds64"), None)
    size = sound.size
    if size == UNKNOWN and large is not None:
        size = int.from_bytes(data[large.begin + 8 : large.begin + 16], "little")
    return b"RIFF" + data[4:], min(size, UNKNOWN)


def _order(data: bytes) -> Literal["little", "big"]:
    return "big" if data[:4] == b"RIFX" else "little"


def _chunks(data: bytes, at: int = 12) -> Iterator[_Chunk]:
    """As far as each lies where the one before it ends."""
    while at + 8 <= len(data):
        chunk = _Chunk(data[at : at + 4], at + 8, int.from_bytes(data[at + 4 : at + 8], _order(data)))
        yield chunk
        at = chunk.begin + chunk.size + chunk.size % 2


def _are_chunks(data: bytes, at: int) -> bool:
    """What lies there is no sound, but what stands behind it in other files: a title, and the like."""
    end = at
    for chunk in _chunks(data, at):
        if not all(0x20 <= letter < 0x7F for letter in chunk.name):
            return False
        end = chunk.begin + chunk.size
    return end in (len(data), len(data) - 1)
