"""The plugin `pico` in `switchhook.tts`."""

from __future__ import annotations

from switchhook import Options, StartError, Table, TextToSpeech, hookimpl


class PicoOptions(Table):
    """There is nothing to choose; the voice follows the language."""


@hookimpl
def create_tts(options: Options) -> TextToSpeech:
    options.parse(PicoOptions)
    # heavy imports, made only where this voice is used
    from switchhook_embedded.scripts import LATIN
    from switchhook_embedded.voice import EmbeddedTextToSpeech

    try:
        from .voice import PicoVoice
    except ImportError as error:
        raise StartError(f"pico cannot be imported ({error}): pip install py-nanotts==0.1.1") from error
    # more threads would only wait for the interpreter's lock, which Pico keeps
    return EmbeddedTextToSpeech("pico", PicoVoice(), threads=1, scripts=LATIN)
