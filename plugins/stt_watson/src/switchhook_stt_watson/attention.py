"""Notices when the service does not answer to what a caller says: one that has gone mute may still answer
pings."""

from __future__ import annotations

from collections.abc import Callable

from switchhook import AudioFormat

LOUD = 500  # of 32,768: above the noise of a line, below a voice
SHARE = 0.05  # of the samples that are loud where somebody speaks
PHRASE = 0.8  # seconds of silence that end a phrase, where no parameter says so
OVERDUE = 0.5  # seconds from then on in which its final result comes


def _expanded(code: int) -> int:
    """The size of a sample in mu-law (ITU-T G.711), of 32,768."""
    code = ~code & 0x7F
    return (((code & 0x0F) << 3) + 132 << (code >> 4)) - 132


QUIET = {
    "PCMU": bytes(code for code in range(256) if _expanded(code) < LOUD),
    # of the higher byte of each sample
    "PCM": bytes(high for high in range(256) if min(high, 255 - high) < LOUD >> 8),
}


class Attention:
    def __init__(self, audio: AudioFormat, clock: Callable[[], float]) -> None:
        self._step, self._quiet = audio.size(1 / audio.rate), QUIET[audio.encoding]
        self._clock = clock
        self._spoken_at = 0.0
        self.owed = False  # something was said since the last result
        self.tested = False  # it was asked to end the phrase, and that has to be answered

    def hear(self, audio: bytes) -> None:
        """Told of all that the caller says, also of what waits for a connection."""
        samples = audio[self._step - 1 :: self._step] if self._step > 1 else audio
        if len(samples.translate(None, self._quiet)) > SHARE * len(samples):
            self.owed, self._spoken_at = True, self._clock()

    def wait(self) -> None:
        """What was said is still being sent."""
        self._spoken_at = self._clock()

    def asked(self, *, tested: bool) -> None:
        """The phrase is being ended, and its result comes with that. What is said now is for the next one."""
        self.owed, self.tested = False, tested

    def answered(self) -> None:
        self.owed = self.tested = False

    def began(self) -> None:
        """The service hears a phrase from its beginning, perhaps once more."""
        self.tested, self._spoken_at = False, self._clock()

    def is_overdue(self, phrase: float) -> bool:
        """Whether the caller spoke, all of it was sent, he is silent, and no result came: to end the phrase
        now cuts no word."""
        return self.owed and self._clock() > self._spoken_at + phrase + OVERDUE
