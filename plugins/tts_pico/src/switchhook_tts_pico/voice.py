"""SVOX Pico: sentences to samples at 16 kHz."""

from __future__ import annotations

from switchhook_embedded.process import SpeakingProcess
from switchhook_embedded.samples import Samples, from_pcm

MARKUP = str.maketrans({"<": " ", ">": " ", "\0": " "})  # Pico takes tags of its own for commands


class PicoVoice:
    """In a process of its own: Pico keeps the interpreter's lock while it speaks, and never comes back from
    some words that are longer than any piece it is given."""

    rate = 16000
    languages = ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")

    def __init__(self) -> None:
        self._process = SpeakingProcess("pico", ["-m", "switchhook_tts_pico.worker"])
        self.close = self._process.close

    def speak(self, sentence: str, language: str, /) -> Samples:
        return from_pcm(self._process.speak(sentence.translate(MARKUP), language))
