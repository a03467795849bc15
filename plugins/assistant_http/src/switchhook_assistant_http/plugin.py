"""`{ use = "http", url = "https://…", secret = { file = "…" } }`"""

from __future__ import annotations

from switchhook import Assistant, Options, hookimpl

from .conversation import HttpAssistant
from .options import HttpOptions
from .service import Service


@hookimpl
def create_assistant(options: Options) -> Assistant:
    settings = options.parse(HttpOptions)
    return HttpAssistant(Service(settings), settings)
