"""SVOX Pico: sentences to samples at 16 kHz."""

from __future__ import annotations

from py_nanotts import NanoTTS  # type: ignore[import-untyped]  # ships no types

from switchhook_embedded.samples import Samples, from_pcm

MARKUP = str.maketrans({"<": " ", ">": " ", "\0": " "})  # Pico takes tags of its own for commands


class PicoVoice:
    """It keeps the interpreter's lock while it speaks, so all calls stand still for some 20 ms a sentence.
    That is accepted: audio is played from what was made before."""

    rate = 16000
    languages = ("en-US", "en-GB", "de-DE", "es-ES", "fr-FR", "it-IT")

    def __init__(self) -> None:
        self._pico = NanoTTS()
        self.speak("Hello.", self.languages[0])

    def speak(self, sentence: str, language: str, /) -> Samples:
        return from_pcm(self._pico.speak(sentence.translate(MARKUP), voice=language))
