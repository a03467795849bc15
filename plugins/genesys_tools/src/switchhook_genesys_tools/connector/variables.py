"""Which session variables an assistant's file reads and sets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

# As IBM has it: ${system_integrations.genesys_audio_connector.NAME}, and with = after it to set one.
REFERENCE = re.compile(r"\$\{system_integrations\.genesys_audio_connector\.(\w{1,128})\}[ \t]*(=(?!=))?")


class Driver(Protocol):
    def table(self) -> dict[str, Any]: ...


def session_variables(assistants: Iterable[Driver], base: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Inputs and outputs of assistants that are written in a file here. Which ones another assistant uses,
    only its author knows."""
    text = "\n".join(_text(base / str(driver.table().get("file", ""))) for driver in assistants)
    inputs: set[str] = set()
    outputs: set[str] = set()
    for name, is_set in REFERENCE.findall(text):
        (outputs if is_set else inputs).add(name)
    return tuple(sorted(inputs - outputs)), tuple(sorted(outputs))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""
