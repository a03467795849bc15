"""The record sinks that a configuration names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...contract.options import Choosing, Options
from ...contract.record_settings import RecordsSettings
from ...contract.sinks import RecordSink
from ...plugins.loader import Plugins
from ..drivers.engines import Engines


def sinks_of(asked: RecordsSettings) -> list[Choosing]:
    """The files of `directory` are a sink like the others."""
    files = [] if asked.directory is None else [Choosing(use="files", directory=asked.directory.absolute())]
    return [*files, *asked.sinks]


def make_sinks(
    asked: RecordsSettings, plugins: Plugins, engines: Engines, base: Path
) -> Mapping[str, RecordSink]:
    """By a name that tells each from the others. Raises SettingsError, StartError and PluginError."""
    made: dict[str, RecordSink] = {}
    for number, choice in enumerate(sinks_of(asked), int(asked.directory is None)):
        place = f"records.sinks.{number}" if number else "records"
        options = Options(choice.table(), place=place, base=base)
        plugin = plugins.load_one("record_sink", choice.use)
        sink: Any = engines.driver(plugin, "create_record_sink", options)
        made[_name(choice)] = sink
    return made


def _name(choice: Choosing) -> str:
    """The same one after a restart, as long as its options are."""
    key = json.dumps(choice.table(), sort_keys=True, default=str)
    return f"{choice.use}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
