"""What a caller leaves after the beep: where it begins and ends in the call's audio."""

from __future__ import annotations

import math
import uuid
from array import array
from datetime import datetime, timedelta
from functools import cache

from switchhook import AudioFormat, wav_file

from .wav import header

MESSAGE = "message"  # among what the plugins of this distribution share of a call
RATE = 8000
LATE = 2.0  # seconds by which the caller's audio may be told before the bot's
LONGEST = 300.0  # seconds


class Message:
    """A tap, from when the bot asks for a message until it is over. Times are seconds of the call. While the
    caller speaks the bot plays silence: that is how far the message goes."""

    def __init__(self, audio: AudioFormat, longest: float) -> None:
        self.id, self.audio = str(uuid.uuid4()), audio
        self._most = audio.size(longest)
        self._pieces: list[tuple[float, bytes]] = []
        self._size = 0
        self._begin = self._end = 0.0  # until when the bot was heard to speak, and to play silence

    def caller(self, audio: bytes, at: float, /) -> None:
        if self._size < self._most + self.audio.size(LATE):
            self._pieces.append((at, audio))
            self._size += len(audio)

    def bot(self, audio: bytes, at: float, /) -> None:
        self._end = at + self.audio.seconds(len(audio))
        if audio.strip(self.audio.silence(1 / self.audio.rate)):
            self._begin, self._pieces, self._size = self._end, [], 0

    def sound(self) -> bytes:
        """In the line's format, silence where nothing came."""
        sound, size = bytearray(), min(self.audio.size(self._end - self._begin), self._most)
        for at, piece in self._pieces:
            missing = min(self.audio.size(max(0.0, at - self._begin)), size) - len(sound)
            if missing > 0:
                sound += self.audio.silence(self.audio.seconds(missing))
            sound += piece[self.audio.size(max(0.0, self._begin - at)) :]
        return bytes(sound[:size])

    def wav(self) -> bytes:
        sound = self.sound()
        if self.audio.encoding == "L16":  # of the network: the high byte comes first, and in a WAV file last
            sound = swapped(sound)
        return header(self.audio, len(sound), channels=1) + sound

    def span(self, call_began: datetime) -> tuple[datetime, datetime]:
        """When it began and ended."""
        begin = call_began + timedelta(seconds=self._begin)
        return begin, begin + timedelta(seconds=self.audio.seconds(len(self.sound())))


def swapped(sound: bytes) -> bytes:
    """16-bit samples with their bytes the other way round."""
    samples = array("h", sound[: len(sound) // 2 * 2])
    samples.byteswap()
    return samples.tobytes()


@cache
def beep() -> bytes:
    """A WAV file: 0.4 s of 1000 Hz."""
    wave = (round(9000 * math.sin(2 * math.pi * 1000 * n / RATE)) for n in range(RATE * 2 // 5))
    return wav_file(array("h", wave).tobytes(), RATE)


@cache
def nothing(seconds: float) -> bytes:
    """A WAV file of silence."""
    return wav_file(bytes(2 * round(seconds * RATE)), RATE)
