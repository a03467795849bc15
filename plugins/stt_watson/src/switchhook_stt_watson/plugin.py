"""The plugin `watson` in `switchhook.stt`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from switchhook import Options, SpeechToText, hookimpl
from switchhook_watson import WatsonOptions


class WatsonSpeechOptions(WatsonOptions):
    """`model`: by default the one for telephone calls in the call's language. `parameters`: of the service's
    recognition requests, by IBM's names, sent as they are; an assistant's go before them."""

    model: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)


@hookimpl
def create_stt(options: Options) -> SpeechToText:
    settings = options.parse(WatsonSpeechOptions)
    # the SDK is imported only where a service of IBM is configured
    from switchhook_watson import make_service

    from .engine import WatsonSpeechToText
    from .request import Requests

    service = make_service("speech_to_text", settings)
    requests = Requests(settings.model, settings.parameters, opt_out=settings.learning_opt_out)
    return WatsonSpeechToText(service, requests)
