"""The plugin `pico` in `switchhook.tts`."""

from __future__ import annotations

from importlib.util import find_spec

from switchhook import Options, StartError, Table, TextToSpeech, hookimpl


class PicoOptions(Table):
    """There is nothing to choose; the voice follows the language."""


@hookimpl
def create_tts(options: Options) -> TextToSpeech:
    options.parse(PicoOptions)
    # heavy imports, made only where this voice is used
    from switchhook_embedded.scripts import LATIN
    from switchhook_embedded.voice import EmbeddedTextToSpeech

    from .voice import PicoVoice

    if find_spec("py_nanotts") is None:
        raise StartError("pico needs its library: pip install py-nanotts==0.1.1")
    voice = PicoVoice()
    return EmbeddedTextToSpeech("pico", voice, threads=1, scripts=LATIN, close=voice.close)
