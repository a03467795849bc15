"""Sound files in a line's format, whatever form, rate, width, coding or number of channels they have."""

from __future__ import annotations

from collections.abc import Awaitable

from switchhook import AudioFormat, hookimpl

from . import riff, sounds

SMALL = 256_000  # bytes of plain samples, which take as long as a thread does to be asked: tones, pauses
LOWEST = 8000  # Hz: of less, more comes out than goes in


@hookimpl(trylast=True)
def load_audio(data: bytes, audio: AudioFormat) -> bytes | Awaitable[bytes] | None:
    """Raises Unplayable, now or when awaited."""
    if audio.encoding not in ("PCMU", "PCM"):
        return None
    return _decoded(data, audio) if _is_small(data) else sounds.load(data, audio)


def _is_small(data: bytes) -> bool:
    """And plain: in virtual time, where a thread would take for ever, tests have such files."""
    form = riff.format_of(data) if len(data) <= SMALL else None
    return form is not None and form.coding in riff.PLAIN and form.rate >= LOWEST


def _decoded(data: bytes, audio: AudioFormat) -> bytes:
    from .decoding import decode  # its libraries are slow to import

    return decode(data, audio, lambda: None)
