"""Sound files of every form that libsndfile reads, in a line's format: block by block, so that what counts is
what is decoded and not what a header claims. Slow to import, and not for an event loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO

import numpy as np
import numpy.typing as npt
import soundfile as sf  # type: ignore[import-untyped]  # the package has no types
import soxr  # type: ignore[import-untyped]  # likewise

from switchhook import AudioFormat, Unplayable

from . import mulaw, riff
from .quiet import quiet

Samples = npt.NDArray[np.float32]

RATES = range(1000, 384_001)
MAX_CHANNELS = 8
MAX_BYTES = 50_000_000  # of the file
MAX_SECONDS = 600
MAX_SAMPLES = 60_000_000  # of all channels: ten minutes of 48 kHz in stereo
BLOCK = 8192  # what is lost where a block cannot be read to its end
SDS = b"\xf0\x7e"
NO_FILE = 7  # what libsndfile says of an MP3 without a whole frame, "file does not exist": it has read it
SHORT = "File ended unexpectedly, before its first block of sound"
KNOWN = (
    (b"#!AMR", "AMR"),
    (b"\x1aE\xdf\xa3", "WebM or Matroska"),
    (b"0&\xb2u", "WMA"),
    (b"<", "an HTML page or the like"),
    (b"{", "JSON"),
    (b"\xff\xf1", "AAC"),
    (b"\xff\xf9", "AAC"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip"),
)
"""How files begin that are often met and not read."""


class _Forward(sf.SoundFile):  # type: ignore[misc]  # the package has no types
    """Read from its beginning to its end: as many frames as there are, not as many as the header says, and
    nothing is sought in between."""

    def seekable(self) -> bool:
        return False


def decode(data: bytes, audio: AudioFormat, go_on: Callable[[], None]) -> bytes:
    """Of a file that is cut short or damaged, what comes before. `go_on` is called before each block, and may
    raise. Raises Unplayable."""
    if not data:
        raise _refusal("the file is empty")
    if data.startswith(SDS):  # of which libsndfile writes what is wrong to standard output
        raise _refusal("a MIDI sample dump is not read")
    if len(data) > MAX_BYTES:
        raise _refusal(f"expected a file of at most {MAX_BYTES} bytes, got {len(data)}")
    coded = bytearray()
    try:
        with (
            nullcontext() if _is_plain(data) else quiet(),
            _opened(riff.repaired(data)) as opened,
            _Forward(opened, closefd=False) as file,
        ):
            _check(file)
            for block in _resampled(_mono(file, go_on), file.samplerate, audio.rate):
                coded += _coded(block, audio)
            if not coded:
                raise _refusal(_why_silent(file))
    except sf.LibsndfileError as error:
        words = SHORT if error.code == NO_FILE else error.error_string
        raise _refusal(f"{words}{_looks_like(data)}") from None
    return bytes(coded)


def _is_plain(data: bytes) -> bool:
    """No decoder looks into it that would write what it thinks of it to standard error."""
    form = riff.format_of(data)
    return form is not None and form.coding in riff.PLAIN


def _why_silent(file: sf.SoundFile) -> str:
    """No block of it could be read, and the reader did not mind."""
    return SHORT if file.frames > 0 or "ended unexpectedly" in file.extra_info else "there is no sound in it"


def _refusal(why: str) -> Unplayable:
    return Unplayable(why, reason=why)


def _looks_like(data: bytes) -> str:
    if form := riff.format_of(data):
        name = riff.NAMES.get(form.coding)
        return f" Its WAV coding is {form.coding:#06x}{f', {name}' if name else ''}"
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[4:8] == b"ftyp":
        return " It looks like MP4 or M4A"
    return next((f" It looks like {what}" for begin, what in KNOWN if start.startswith(begin)), "")


@contextmanager
def _opened(data: bytes) -> Iterator[int | BytesIO]:
    """Where the system has files in memory, in one of those: then the interpreter's lock is not needed for
    each of some ten thousand reads, and a busy event loop does not keep the decoder waiting."""
    if not hasattr(os, "memfd_create"):
        yield BytesIO(data)
        return
    with os.fdopen(os.memfd_create("sound"), "w+b") as file:
        file.write(data)
        file.seek(0)
        yield file.fileno()


def _check(file: sf.SoundFile) -> None:
    """The header is whatever the file's author wrote."""
    if file.samplerate not in RATES:
        raise _refusal(f"expected a rate of {RATES[0]} to {RATES[-1]} Hz, got {file.samplerate}")
    if not 1 <= file.channels <= MAX_CHANNELS:
        raise _refusal(f"expected 1 to {MAX_CHANNELS} channels, got {file.channels}")


def _mono(file: sf.SoundFile, go_on: Callable[[], None]) -> Iterator[Samples]:
    """The mean of all channels."""
    frames, most = 0, min(MAX_SECONDS * file.samplerate, MAX_SAMPLES // file.channels)
    while True:
        go_on()
        try:
            block = file.read(BLOCK, dtype="float32", always_2d=True)
        except sf.LibsndfileError:
            if not frames:
                raise
            return
        if not len(block):
            return
        frames += len(block)
        if frames > most:
            raise _refusal(f"expected at most {most / file.samplerate:.0f} s of sound, got more")
        # a float file may hold anything: NaN is silence, what is too loud is clipped before it is added up
        yield np.clip(np.nan_to_num(block), -1.0, 1.0).mean(axis=1)


def _resampled(blocks: Iterator[Samples], rate: int, wanted: int) -> Iterator[Samples]:
    if rate == wanted:
        yield from blocks
        return
    resampler = soxr.ResampleStream(rate, wanted, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield resampler.resample_chunk(block)
    yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _coded(samples: Samples, audio: AudioFormat) -> bytes:
    pcm = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()
    return mulaw.encode(pcm) if audio.encoding == "PCMU" else pcm
