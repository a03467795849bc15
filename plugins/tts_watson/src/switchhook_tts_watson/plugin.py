"""The plugin `watson` in `switchhook.tts`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from switchhook import Options, TextToSpeech, hookimpl
from switchhook_watson import WatsonOptions


class WatsonVoiceOptions(WatsonOptions):
    """`voice`: by default one of the call's language. `parameters`: of the service's synthesis requests, by
    IBM's names; an assistant's go before them."""

    voice: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)


@hookimpl
def create_tts(options: Options) -> TextToSpeech:
    settings = options.parse(WatsonVoiceOptions)
    # the SDK is imported only where a service of IBM is configured
    from switchhook_watson import make_service

    from .engine import WatsonTextToSpeech
    from .queries import Queries

    queries = Queries(settings.voice, settings.parameters)
    return WatsonTextToSpeech(make_service("text_to_speech", settings), queries)
