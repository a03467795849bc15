"""Session variables in a script: `${system_integrations.genesys_audio_connector.NAME}`, written as in
watsonx Assistant's actions, and the expressions that set them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

PREFIX = "system_integrations.genesys_audio_connector."
REFERENCE = re.compile(r"\$\{([^{}]*)\}")
IN_TEXT = re.compile(r"( ?)(\$\{[^{}]*\})(?=(?P<stop>[,.;:!?])?)")
EXPRESSION = re.compile(r"(\$\{[^{}]*\})\s*=(.*)", re.DOTALL)
TAG = re.compile(r"<[!?/]?[a-zA-Z][^<>]*>")
NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Unset = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Assignment:
    """`value` is JSON; strings in it may refer to variables."""

    name: str
    value: Any


def name_in(reference: str) -> str:
    """The variable that `${…}` refers to. Raises ValueError."""
    match = REFERENCE.fullmatch(reference)
    path = match[1].strip() if match else ""
    name = path.removeprefix(PREFIX) if path.startswith(PREFIX) else ""
    if not name or re.search(r"\s", name):
        raise ValueError(f"expected a variable such as ${{{PREFIX}NAME}}, got {reference!r}")
    return name


def check_references(value: Any) -> None:
    """Raises ValueError for the first one that is no session variable."""
    for text in _strings(value):
        for match in REFERENCE.finditer(text):
            name_in(match[0])


def parse_assignment(expression: str) -> Assignment:
    """`${system_integrations.genesys_audio_connector.NAME} = VALUE`, where VALUE is JSON or another
    variable. Raises ValueError."""
    match = EXPRESSION.fullmatch(expression.strip())
    if not match:
        raise ValueError(f'expected ${{{PREFIX}NAME}} = "VALUE", got {expression!r}')
    name, value = name_in(match[1]), match[2].strip()
    if not REFERENCE.fullmatch(value):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError(
                f'expected "TEXT", a number, true, false, null or ${{…}}, got {value!r}'
            ) from None
    check_references(value)
    return Assignment(name, value)


def evaluate(value: Any, variables: Mapping[str, Any], unset: Unset) -> Any:
    """The right side of an expression. A variable on its own keeps its type."""

    def insert(text: str) -> Any:
        if REFERENCE.fullmatch(text):
            return _read(text, variables, unset)
        return REFERENCE.sub(lambda match: _text(_read(match[0], variables, unset)), text)

    return _map(value, insert)


def fill(response: Any, variables: Mapping[str, Any], unset: Unset) -> Any:
    """A response with its variables inserted. Their values come from the caller's side: they never become
    markup, and are never read as variables again."""
    return _map(response, partial(_fill, variables=variables, unset=unset))


def _fill(text: str, variables: Mapping[str, Any], unset: Unset) -> str:
    safe = _in_markup if TAG.search(text) else _in_plain_text

    def insert(match: re.Match[str]) -> str:
        value = safe(_text(_read(match[2], variables, unset)))
        return value if match["stop"] and not value else match[1] + value  # "Hello, and", not "Hello , and"

    return IN_TEXT.sub(insert, text)


def _in_markup(value: str) -> str:
    return html.escape(NO_XML.sub(" ", value))


def _in_plain_text(value: str) -> str:
    """In plain text an escape would be read out, so the signs of tags are left out."""
    return NO_XML.sub(" ", value).replace("<", " ").replace(">", " ")


def _read(reference: str, variables: Mapping[str, Any], unset: Unset) -> Any:
    name = name_in(reference)
    if variables.get(name) is None:
        unset(name)
    return variables.get(name)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _map(value: Any, change: Callable[[str], Any]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_map(inner, change) for inner in value]
    if isinstance(value, dict):
        return {key: _map(inner, change) for key, inner in value.items()}
    return value
