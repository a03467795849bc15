"""`{ use = "openai", base_url = "…", model = "…", instructions = { file = "…" } }`"""

from __future__ import annotations

from switchhook import Assistant, Options, hookimpl

from .conversation import OpenAIAssistant
from .options import OpenAIOptions
from .service import Service


@hookimpl
def create_assistant(options: Options) -> Assistant:
    settings = options.parse(OpenAIOptions)
    return OpenAIAssistant(Service(settings), settings)
