"""The plugin `hibari` in `switchhook.tts`."""

from __future__ import annotations

import os

from switchhook import Options, StartError, Table, TextToSpeech, hookimpl

AGAIN = "pip install --force-reinstall hibari-tts==0.2.1"


class HibariOptions(Table):
    """There is nothing to choose."""


@hookimpl
def create_tts(options: Options) -> TextToSpeech:
    options.parse(HibariOptions)
    # heavy imports, made only where this voice is used
    from switchhook_embedded.scripts import LATIN
    from switchhook_embedded.voice import EmbeddedTextToSpeech

    try:
        from .voice import HibariVoice
    except ImportError as error:
        raise StartError(f"hibari cannot be imported ({error}): pip install hibari-tts==0.2.1") from error
    try:
        voice = HibariVoice()
    except Exception as error:  # a model that is gone is told by whatever onnxruntime raises for it
        raise StartError(f"hibari's model cannot be loaded ({_said(error)}): {AGAIN}") from error
    return EmbeddedTextToSpeech("hibari", voice, threads=min(os.cpu_count() or 1, 2), scripts=LATIN)


def _said(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
