"""From a call's audio to its utterances: rate, voice activity, endpointing."""

from __future__ import annotations

from collections.abc import Iterator

import soxr  # type: ignore[import-untyped]  # ships no types

from .endpoint import Began, Endpointer, Utterance
from .samples import RATE, from_pcm
from .vad import VoiceDetector


class Ear:
    """`rate` is that of the audio fed; positions are counted in its samples."""

    def __init__(self, detector: VoiceDetector, rate: int, hang: float) -> None:
        self.rate, self.endpointer = rate, Endpointer(hang)
        self._detector = detector
        self._converter = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32")
        self.heard = 0  # the position up to which audio was heard
        self._lost = 0

    @property
    def lost(self) -> float:
        """Seconds of audio that were fed but not heard."""
        return self._lost / self.rate

    def hear(self, position: int, pcm: bytes) -> Iterator[Began | Utterance]:
        """`position` is that of its first sample; what lies between it and the last audio was lost."""
        gap = position - self.heard
        self._lost += gap
        self.endpointer.skip(gap * RATE // self.rate)
        self.heard = position + len(pcm) // 2
        samples = from_pcm(pcm)
        if self._converter is not None:
            samples = self._converter.resample_chunk(samples)
        for window, probability in self._detector.windows(samples):
            event = self.endpointer.window(window, probability)
            if event is not None:
                yield event

    def finish(self) -> Utterance | None:
        return self.endpointer.finish()
