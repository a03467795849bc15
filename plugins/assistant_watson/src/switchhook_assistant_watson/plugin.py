"""`{ use = "watson", assistant_id = "…", environment_id = "…" }`"""

from __future__ import annotations

from switchhook import Assistant, Options, hookimpl
from switchhook_watson import make_service

from .conversation import WatsonAssistant
from .options import AssistantOptions


@hookimpl
def create_assistant(options: Options) -> Assistant:
    settings = options.parse(AssistantOptions)
    return WatsonAssistant(make_service("assistant", settings), settings)
