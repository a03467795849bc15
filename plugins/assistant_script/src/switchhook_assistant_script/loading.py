"""Reads a script from a file; messages name file, line and key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from reprlib import repr as short
from typing import TYPE_CHECKING

from pydantic import ValidationError

from switchhook import SettingsError, Table, did_you_mean
from switchhook_toml_lines import line_of, lines_of

from .format import Digits, Script, ScriptedAnswer, ScriptStep

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Place = tuple[str | int, ...]

KINDS = {
    "model_type": "a table",
    "dict_type": "a table",
    "list_type": "a list",
    "string_type": "a string",
    "too_short": "at least one",
    "is_instance_of": "an expression",
    "string_pattern_mismatch": "a name without spaces and braces",
}


def load(file: Path) -> Script:
    """Raises SettingsError, one line for each problem."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"cannot read the script {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"cannot read the script {file}: not UTF-8 at byte {error.start}") from None
    return parse(text, str(file))


def parse(text: str, name: str) -> Script:
    """`name` stands in messages. Raises SettingsError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = f"{name}:{line[1]}" if line else name
        raise SettingsError(f"{where}: not valid TOML: {error}") from None
    try:
        script = Script.model_validate(table)
        problems = list(script.inconsistencies())
    except ValidationError as error:
        problems = [(item["loc"], _describe(item)) for item in error.errors(include_url=False)]
    else:
        if not problems:
            return script
    lines = lines_of(text)
    raise SettingsError(
        "\n".join(f"{name}:{line_of(place, lines)}: {_key(place)}: {problem}" for place, problem in problems)
    )


def _key(place: Place) -> str:
    return ".".join(map(str, place)) or "the script"


def _describe(item: ErrorDetails) -> str:
    """Expected versus got: a script is configuration, and holds nothing of a caller."""
    kind, message = item["type"], item["msg"].removeprefix("Value error, ")
    if kind == "value_error":
        return message
    if kind == "missing":
        return "expected this key, but it is missing"
    if kind == "extra_forbidden":
        return _unknown(item["loc"])
    expected = KINDS.get(kind, message.removeprefix("Input should be ").removeprefix("Input should "))
    return f"expected {expected}, got {short(item['input'])}"


def _unknown(place: Place) -> str:
    known = sorted(_keys(_model(place[:-1])))
    return f"unknown key; {did_you_mean(str(place[-1]), known, 'known keys')}"


def _model(place: Place) -> type[Table]:
    match place:
        case ():
            return Script
        case ("steps", _):
            return ScriptStep
        case (*_, "digits"):
            return Digits
        case _:
            return ScriptedAnswer


def _keys(model: type[Table]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
