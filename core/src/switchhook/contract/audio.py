"""Audio as it moves between a leg and the engines: bytes of a known format."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from typing import Protocol

BYTES_PER_SAMPLE = {"PCMU": 1, "PCMA": 1, "L16": 2, "PCM": 2}
SILENCE = {"PCMU": b"\xff", "PCMA": b"\xd5", "L16": b"\0\0", "PCM": b"\0\0"}


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """Mono audio of one coding and rate.

    `encoding` is a name from RTP ("PCMU", "PCMA", "L16") or "PCM": signed 16-bit little-endian
    samples, the form that codecs and engines exchange.
    """

    encoding: str = "PCMU"
    rate: int = 8000

    @property
    def bytes_per_second(self) -> int:
        return BYTES_PER_SAMPLE[self.encoding] * self.rate

    def seconds(self, size: int) -> float:
        """How long `size` bytes last."""
        return size / (BYTES_PER_SAMPLE[self.encoding] * self.rate)  # asked often: no call to another method

    def size(self, seconds: float) -> int:
        """The whole samples in `seconds`, as bytes."""
        return round(seconds * self.rate) * BYTES_PER_SAMPLE[self.encoding]

    def silence(self, seconds: float) -> bytes:
        unit = SILENCE[self.encoding]
        return unit * (self.size(seconds) // len(unit))

    @property
    def linear(self) -> AudioFormat:
        """The uncoded form at the same rate."""
        return AudioFormat("PCM", self.rate)


class Codec(Protocol):
    """One wire coding to and from linear samples. It never changes the rate and never fails: every
    byte string of whole samples is some audio."""

    def decode(self, wire: bytes, /) -> bytes: ...
    def encode(self, pcm: bytes, /) -> bytes: ...


class Tap(Protocol):
    """What hears a call from outside of it. Both are plain calls on the event loop that neither block nor
    raise, in the order of `at`: the second of the call at which the piece begins. Pieces of one side never
    overlap. What was not to be heard, or never came, is not given: between two pieces there is silence.

    `bot` is given what the caller has heard, once he has heard it."""

    def caller(self, audio: bytes, at: float, /) -> None: ...
    def bot(self, audio: bytes, at: float, /) -> None: ...


def wav_file(pcm: bytes, rate: int = 8000, channels: int = 1) -> bytes:
    """A WAV file of signed 16-bit samples as in "PCM"; those of several channels are interleaved."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm)
    return file.getvalue()
