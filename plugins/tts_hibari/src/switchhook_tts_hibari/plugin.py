"""The plugin `hibari` in `switchhook.tts`."""

from __future__ import annotations

import os

from switchhook import Options, StartError, Table, TextToSpeech, hookimpl


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
    return EmbeddedTextToSpeech("hibari", HibariVoice(), threads=min(os.cpu_count() or 1, 2), scripts=LATIN)
