"""Files that hold a secret: they are read into settings, and those that others can read are found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, SecretStr, ValidationInfo

from ...contract.options import located

if TYPE_CHECKING:  # a plugin that has secrets is imported without these
    from ...contract.settings import ConnectorSettings, Settings

OTHERS = 0o007
TEXTS = ("instructions",)  # what a model is told: no secret, though it is written like one


def _secret(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, Mapping):
        return value
    match dict(value):
        case {"env": str(name), **rest} if not rest:
            if name not in os.environ:
                raise ValueError(f"environment variable {name} is not set")
            return os.environ[name]
        case {"file": str(name), **rest} if not rest:
            path = located(name, info)
            try:
                return Path(str(path)).read_text(encoding="utf-8-sig").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "is not text"
                raise ValueError(f"cannot read secret file {path}: {reason}") from None
    raise ValueError('expected a string, { file = "PATH" } or { env = "NAME" }')


Secret = Annotated[SecretStr, BeforeValidator(_secret)]
"""A string, or where it is kept: `{ file = "…" }` or `{ env = "…" }`."""


def open_to_others(settings: Settings, base: Path) -> Iterator[tuple[Path, int]]:
    """Secret files that others can read, each with its mode. One that is not there is passed over: other
    checks tell of it."""
    named = (base / os.path.expanduser(name) for name in _named(_tables(settings)))  # noqa: PTH111  # it raises nothing
    key = [base / settings.server.tls.key] if settings.server.tls else []
    for path in dict.fromkeys((*named, *key)):
        try:
            mode = path.stat().st_mode & 0o777
        except OSError:
            continue
        if mode & OTHERS:
            yield path, mode


def _tables(settings: Settings) -> Iterator[Any]:
    """All tables that may hold a secret of a plugin."""
    yield settings.transport.table()
    yield settings.state.table()
    yield from (sink.table() for sink in settings.records.sinks)
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
    """Files of secrets: a secret is written as a table with a file and nothing else."""
    match values:
        case str():
            pass
        case Mapping():
            for name, value in values.items():
                if isinstance(value, Mapping) and [*value] == ["file"] and isinstance(value["file"], str):
                    yield from () if name in TEXTS else (value["file"],)
                else:
                    yield from _named(value)
        case list() | tuple() | Iterator():
            for value in values:
                yield from _named(value)
