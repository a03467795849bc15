"""Content types of audio, as Speech to Text takes and Text to Speech gives them. No I/O."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Protocol

from switchhook import AudioFormat, PluginError, codec_for, load_audio

WAV_RATE = 8000  # what a whole WAV file is converted to


@dataclass(frozen=True, slots=True)
class Media:
    audio: AudioFormat
    swapped: bool = False  # big-endian samples
    wav: bool = False


def media(content_type: str, *, default_rate: int | None = None) -> Media | None:
    """None for what is not known, is not mono, or lacks its rate."""
    name, *given = (part.strip().lower() for part in content_type.split(";"))
    options = dict(part.partition("=")[::2] for part in given)
    rate = _rate(options.get("rate", "8000" if name == "audio/basic" else str(default_rate or "")))
    if name == "audio/wav":
        return Media(AudioFormat("PCM", rate or WAV_RATE), wav=True)
    if not rate or options.get("channels", "1") != "1":
        return None
    swapped = options.get("endianness") == "big-endian"
    encoding = {"audio/mulaw": "PCMU", "audio/basic": "PCMU", "audio/alaw": "PCMA", "audio/l16": "PCM"}.get(
        name
    )
    return Media(AudioFormat(encoding, rate), swapped) if encoding else None


def _rate(text: str) -> int:
    """0 for what is none."""
    rate = int(text) if text.isdecimal() and len(text) <= 6 else 0
    return rate if 8000 <= rate <= 192_000 else 0


def can_code(audio: AudioFormat) -> bool:
    """A-law has no codec unless a plugin brings one."""
    if audio.encoding == "PCM":
        return True
    try:
        codec_for(audio)
    except PluginError:
        return False
    return True


def swap(samples: bytes) -> bytes:
    words = array("H", samples)
    words.byteswap()
    return words.tobytes()


class Converter(Protocol):
    """From what a client sends to what the engine takes; always whole samples."""

    def feed(self, data: bytes, /) -> bytes: ...
    def finish(self) -> bytes: ...


class Coded:
    """One byte a sample; `decode` where the engine does not take it as it is."""

    def __init__(self, audio: AudioFormat, *, decode: bool) -> None:
        self._codec = codec_for(audio) if decode else None

    def feed(self, data: bytes, /) -> bytes:
        return self._codec.decode(data) if self._codec else data

    def finish(self) -> bytes:
        return b""


class Linear:
    """Two bytes a sample, which may come in two messages."""

    def __init__(self, *, swapped: bool) -> None:
        self._swapped, self._half = swapped, b""

    def feed(self, data: bytes, /) -> bytes:
        data = self._half + data
        whole = len(data) & ~1
        self._half = data[whole:]
        return swap(data[:whole]) if self._swapped else data[:whole]

    def finish(self) -> bytes:
        return b""


class Whole:
    """A WAV file is read when all of it is there."""

    def __init__(self, audio: AudioFormat) -> None:
        self._audio, self._data = audio, bytearray()

    def feed(self, data: bytes, /) -> bytes:
        self._data += data
        return b""

    def finish(self) -> bytes:
        """Raises ValueError or PluginError for what is no WAV file."""
        return load_audio(bytes(self._data), self._audio)


def converter(what: Media, *, direct: bool) -> Converter:
    """`direct`: the engine takes the coding as it is."""
    if what.wav:
        return Whole(what.audio)
    return (
        Linear(swapped=what.swapped) if what.audio.encoding == "PCM" else Coded(what.audio, decode=not direct)
    )


def wav_header(rate: int) -> bytes:
    """Of a stream: how long it will be is not known, and IBM says 0 samples."""
    byte_rate = (rate * 2).to_bytes(4, "little")
    form = b"\x10\0\0\0\x01\0\x01\0" + rate.to_bytes(4, "little") + byte_rate + b"\x02\0\x10\0"
    return b"RIFF\x24\0\0\0WAVEfmt " + form + b"data\0\0\0\0"
