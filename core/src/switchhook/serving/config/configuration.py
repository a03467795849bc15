"""Reads the configuration: the file, and the environment over it."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...contract.errors import SettingsError
from ...contract.languages import normalised
from ...contract.options import Options
from ...contract.settings import Settings

PREFIX = "SWITCHHOOK_"
OF_A_SERVICE = re.compile(
    PREFIX + r"(\w+_)?(SERVICE_HOST=|SERVICE_PORT(_\w+)?=|PORT_\d+_(TCP|UDP|SCTP)(_\w+)?=|PORT=\w+://).*"
)
"""Variables by which Kubernetes tells each container of the services in its namespace: of our name too."""


def load_settings(path: Path | str, environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingsError. It reads nothing but the file, the environment and the secrets that these
    name."""
    return read_table(path, environ).parse(Settings)


def read_table(path: Path | str, environ: Mapping[str, str] = os.environ) -> Options:
    file = Path(path)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        cure = "say --config FILE"
        if isinstance(error, FileNotFoundError):
            cure += ", or make one with: switchhook connector new NAME"
        raise SettingsError(f"cannot read {file}: {error.strerror}; {cure}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from None
    referred = set(_referred(table))
    variables = {}
    for name, value in sorted(environ.items()):
        if name.startswith(PREFIX) and name not in referred and not _is_of_a_service(name, value):
            variables[_overlay(table, name, value)] = name
    return Options(table, place="", base=file.parent.absolute(), variables=variables)


def named_files(value: object, base: Path) -> Iterator[Path]:
    """Files that a table names, its secrets' and others: whatever is the path of one."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from named_files(inner, base)
    elif isinstance(value, list):
        for inner in value:
            yield from named_files(inner, base)
    elif isinstance(value, str) and os.path.isfile(path := base / os.path.expanduser(value)):  # noqa: PTH111, PTH113  # a text that can be no path is none
        yield path


def named_secrets(value: object, base: Path) -> Iterator[Path]:
    """Those that are named by `{ file = "…" }` alone."""
    if isinstance(value, Mapping):
        of_secret = [*value] == ["file"]
        for inner in value.values():
            yield from named_files(inner, base) if of_secret else named_secrets(inner, base)
    elif isinstance(value, list):
        for inner in value:
            yield from named_secrets(inner, base)


def files_of(table: Mapping[str, object], base: Path) -> Iterator[Path]:
    """Those that a whole configuration is read from. What a record sink names beside its secrets it writes,
    with each call."""
    for name, inner in table.items():
        yield from named_secrets(inner, base) if name == "records" else named_files(inner, base)


def times(files: Iterable[Path]) -> dict[str, tuple[int, ...]]:
    """What changes when one of them is written or replaced."""
    found = dict[str, tuple[int, ...]]()
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            found[str(file)] = (0,)
        else:
            found[str(file)] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def fingerprint(
    value: object, base: Path, files: Callable[[object, Path], Iterator[Path]] = named_files
) -> str:
    """Tables with the same one say the same, and so do the files that they name."""
    return json.dumps([value, times(files(value, base))], sort_keys=True, default=str)


def _referred(value: object) -> Iterator[str]:
    """Variables named by `{ env = "NAME" }` are somebody's secret, not a setting."""
    if isinstance(value, dict):
        if set(value) == {"env"} and isinstance(value["env"], str):
            yield value["env"]
        for inner in value.values():
            yield from _referred(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _referred(inner)


def _is_of_a_service(name: str, value: str) -> bool:
    return "__" not in name and OF_A_SERVICE.fullmatch(f"{name}={value}") is not None


def _overlay(table: dict[str, Any], name: str, value: str) -> str:
    """Writes one variable into the table, and returns its place there."""
    *path, key = _as_spelt(name.removeprefix(PREFIX).lower().split("__"), table)
    for part in path:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            raise SettingsError(f"environment variable {name}: {part!r} is not a table")
        table = inner
    if not key or not all(path):
        raise SettingsError(f"environment variable {name}: expected {PREFIX}TABLE__KEY")
    table[key] = _value(name, value)
    return ".".join([*path, key])


def _as_spelt(names: list[str], table: Mapping[str, Any]) -> list[str]:
    """The names, with the tag of a language spelt as in the table: a variable cannot spell all that a file
    can."""
    match names:
        case ["connectors", _, "languages", tag, *rest]:
            known: Any = table
            for part in names[:3]:
                known = known.get(part) if isinstance(known, dict) else None
            tags = known if isinstance(known, dict) else ()
            same = next((each for each in tags if normalised(each) == normalised(tag) != ""), tag)
            return [*names[:3], same, *rest]
        case _:
            return names


def _value(name: str, text: str) -> object:
    if not text.startswith(("[", "{")):
        return text  # the model makes a number of it, or what else it needs
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"environment variable {name} is not valid TOML: {error}") from None
