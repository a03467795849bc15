"""Two sides that come at different times become blocks of both."""

from __future__ import annotations

from typing import Protocol

from switchhook import AudioFormat

BLOCK = 2.0  # seconds that are written at once
LATEST = 3.0  # seconds by which a piece may come after one that lies behind it


class BlockFile(Protocol):
    def write(self, caller: bytes, bot: bytes, size: int, /) -> None:
        """So many bytes of each side; what is missing at the end of one is silence."""


class Recorder:
    """A tap. It keeps some seconds of both sides, and writes what no piece will change any more."""

    def __init__(self, audio: AudioFormat, file: BlockFile) -> None:
        self._audio, self._file = audio, file
        self._block, self._latest = audio.size(BLOCK), audio.size(LATEST)
        self._caller, self._bot = bytearray(), bytearray()
        self._begin = 0  # byte of each side where they begin
        self._quiet = audio.silence(1 / audio.rate)
        self.deaf = False  # the caller is not to be heard

    def caller(self, audio: bytes, at: float, /) -> None:
        if not self.deaf:
            self._take(self._caller, audio, at)

    def bot(self, audio: bytes, at: float, /) -> None:
        self._take(self._bot, audio, at)

    def finish(self) -> None:
        """Writes what is left."""
        if size := max(len(self._caller), len(self._bot)):
            self._write(size)

    def _take(self, side: bytearray, audio: bytes, at: float) -> None:
        place = self._audio.size(at)
        self._write_before(place + len(audio) - self._latest)
        place -= self._begin
        if place < len(side):  # it comes later than any piece may
            audio, place = audio[len(side) - place :], len(side)
        missing = (place - len(side)) // len(self._quiet)
        side += self._quiet * missing
        side += audio

    def _write_before(self, end: int) -> None:
        while end - self._begin >= self._block:
            nothing = not self._caller and not self._bot
            self._write(end - self._begin if nothing else self._block)

    def _write(self, size: int) -> None:
        self._file.write(bytes(self._caller[:size]), bytes(self._bot[:size]), size)
        del self._caller[:size], self._bot[:size]
        self._begin += size
