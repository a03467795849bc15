"""What the caller says, in cases that need an utterance: a person, see README.md beside it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

SILENCE = b"\xff"
FRAME = 1600  # bytes: 200 ms


@cache
def utterance() -> bytes:
    """About 3 s of speech and 1.5 s of silence, PCMU at 8000 Hz, whole frames."""
    speech = files(__package__).joinpath("utterance.ulaw").read_bytes()
    return (speech + SILENCE * 12_000).ljust(-(-(len(speech) + 12_000) // FRAME) * FRAME, SILENCE)
