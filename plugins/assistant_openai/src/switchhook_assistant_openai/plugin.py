"""`{ use = "openai", base_url = "…", model = "…", instructions = { file = "…" } }`"""

from __future__ import annotations

from switchhook import Assistant, Options, hookimpl
from switchhook_chat import ChatAssistant

from .model import OpenAIModel
from .options import OpenAIOptions


@hookimpl
def create_assistant(options: Options) -> Assistant:
    settings = options.parse(OpenAIOptions)
    return ChatAssistant(OpenAIModel(settings), settings)
