"""hibari: sentences to samples at 24 kHz."""

from __future__ import annotations

from collections.abc import Sequence

from hibari import SAMPLE_RATE, Hibari  # type: ignore[import-untyped]  # ships no types

from switchhook_embedded.samples import Samples

SEED = 0  # of its noise: the same text gives the same bytes
WARMING = "Welcome to Switchhook."  # with a word that no dictionary has, so that all models are loaded


class HibariVoice:
    rate: int = SAMPLE_RATE
    languages = ("en-US",)

    def __init__(self) -> None:
        # no voice is named: the one in the package is used, any other would be downloaded
        self._hibari = Hibari()
        self.speak(WARMING, self.languages[0])

    def sentences(self, text: str, /) -> Sequence[str]:
        cut: list[str] = self._hibari.split_sentences(text)
        return cut

    def speak(self, sentence: str, _language: str, /) -> Samples:
        samples: Samples = self._hibari(sentence, seed=SEED)
        return samples
