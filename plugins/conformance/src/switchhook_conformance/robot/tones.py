"""What the bot has to say, as WAV files."""

from __future__ import annotations

import math
import struct

from switchhook import wav_file

RATE = 8000
PITCH, LOUDNESS = 440, 8000  # Hz; of 32,767


def tone(seconds: float) -> bytes:
    period = [round(LOUDNESS * math.sin(2 * math.pi * n * PITCH / RATE)) for n in range(RATE // 40)]
    samples = struct.pack(f"<{len(period)}h", *period)  # eleven whole waves
    return wav_file((samples * math.ceil(seconds * 40))[: 2 * round(seconds * RATE)], RATE)


def silence(seconds: float) -> bytes:
    return wav_file(bytes(2 * round(seconds * RATE)), RATE)
