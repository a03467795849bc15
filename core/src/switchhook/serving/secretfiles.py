"""Files that hold a secret, and that more people can read than should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..contract.settings import ConnectorSettings, Settings

OTHERS = 0o007


def open_to_others(settings: Settings, base: Path) -> Iterator[tuple[Path, int]]:
    """With its mode. One that is not there is somebody else's business."""
    named = (base / Path(name).expanduser() for name in _named(_tables(settings)))
    key = [base / settings.server.tls.key] if settings.server.tls else []
    for path in dict.fromkeys((*named, *key)):
        try:
            mode = path.stat().st_mode & 0o777
        except OSError:
            continue
        if mode & OTHERS:
            yield path, mode


def _tables(settings: Settings) -> Iterator[Any]:
    """All that may hold a secret of a plugin."""
    yield settings.transport.table()
    yield from settings.plugins.tables().values()
    for connector in settings.connectors.values():
        yield from _of_connector(connector)


def _of_connector(connector: ConnectorSettings) -> Iterator[Any]:
    yield connector.address
    choices = [connector.assistant, connector.stt, connector.tts]
    for language in connector.languages.values():
        choices += [each or [] for each in (language.assistant, language.stt, language.tts)]
    for each in choices:
        yield from (choice.table() for choice in each)


def _named(values: object) -> Iterator[str]:
    """As a secret is written: a table with a file and nothing else."""
    match values:
        case str():
            pass
        case Mapping():
            for value in values.values():
                if isinstance(value, Mapping) and [*value] == ["file"] and isinstance(value["file"], str):
                    yield value["file"]
                else:
                    yield from _named(value)
        case list() | tuple() | Iterator():
            for value in values:
                yield from _named(value)
