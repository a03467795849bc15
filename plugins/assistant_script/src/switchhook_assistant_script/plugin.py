"""`{ use = "script", file = "bank.toml" }`"""

from __future__ import annotations

from switchhook import Assistant, FilePath, Options, Table, hookimpl

from .conversation import ScriptAssistant
from .loading import load


class ScriptOptions(Table):
    file: FilePath


@hookimpl
def create_assistant(options: Options) -> Assistant:
    return ScriptAssistant(load(options.parse(ScriptOptions).file))
