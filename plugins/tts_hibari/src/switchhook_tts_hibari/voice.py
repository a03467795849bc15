"""hibari: sentences to samples at 24 kHz."""

from __future__ import annotations

import numpy as np
from hibari import SAMPLE_RATE, Hibari  # type: ignore[import-untyped]  # ships no types

from switchhook_embedded.pieces import spoken_pieces
from switchhook_embedded.samples import Samples

SEED = 0  # of its noise: the same text gives the same bytes
WARMING = "Welcome to Switchhook."  # with a word that no dictionary has, so that all models are loaded
LONGEST_RUN = 140  # phonemes; the model's memory grows with their square, and is kept: 50 MB for so many


class HibariVoice:
    rate: int = SAMPLE_RATE
    languages = ("en-US",)

    def __init__(self) -> None:
        # no voice is named: the one in the package is used, any other would be downloaded
        self._hibari = Hibari()
        self.speak(WARMING, self.languages[0])

    def speak(self, sentence: str, _language: str, /) -> Samples:
        made = [
            self._hibari.from_phonemes(run, seed=SEED)
            for phonemes in self._hibari.phonemize(sentence)
            for run in spoken_pieces(phonemes, LONGEST_RUN, LONGEST_RUN, cost=lambda _: 1)
        ]
        return np.concatenate(made) if made else np.zeros(0, np.float32)
