"""What the bot has to say, as WAV files."""

from __future__ import annotations

import io
import math
import struct
import wave

RATE = 8000
PITCH, LOUDNESS = 440, 8000  # Hz; of 32,767


def tone(seconds: float) -> bytes:
    period = [round(LOUDNESS * math.sin(2 * math.pi * n * PITCH / RATE)) for n in range(RATE // 40)]
    samples = struct.pack(f"<{len(period)}h", *period)  # eleven whole waves
    return _wav((samples * math.ceil(seconds * 40))[: 2 * round(seconds * RATE)])


def silence(seconds: float) -> bytes:
    return _wav(bytes(2 * round(seconds * RATE)))


def _wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples)
    return file.getvalue()
