"""The process in which Pico speaks: `python -m switchhook_tts_pico.worker`."""

from __future__ import annotations

from switchhook_embedded.worker import Say, serve


def load() -> Say:
    from py_nanotts import NanoTTS  # type: ignore[import-untyped]  # ships no types

    pico = NanoTTS()

    def say(text: str, language: str) -> bytes:
        samples: bytes = pico.speak(text, voice=language)
        return samples

    say("Hello.", "en-US")
    return say


if __name__ == "__main__":
    serve(load)
