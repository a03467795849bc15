"""The plugin `moonshine` in `switchhook.stt`."""

from __future__ import annotations

import os

from pydantic import Field

from switchhook import Options, SpeechToText, StartError, Table, hookimpl

WAY_OUT = (
    "it needs Linux with glibc 2.34 on x86-64 or ARM, or 64-bit Windows; elsewhere: "
    'pip install switchhook-stt-whisper and say use = "whisper"'
)


class MoonshineOptions(Table):
    # decoding threads, each with its own copy of the model (about 100 MB)
    workers: int = Field(default_factory=lambda: min(os.cpu_count() or 1, 4), ge=1, le=64)


@hookimpl
def create_stt(options: Options) -> SpeechToText:
    settings = options.parse(MoonshineOptions)
    # heavy imports, made only where this engine is used
    from switchhook_embedded.decoding import load_decoders
    from switchhook_embedded.recogniser import EmbeddedSpeechToText

    try:
        from .decoder import load
    except ImportError as error:
        raise StartError(f"moonshine-voice cannot be imported ({error}): {WAY_OUT}") from error
    return EmbeddedSpeechToText("moonshine", load_decoders(load, settings.workers))
