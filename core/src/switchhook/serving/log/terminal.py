"""Colours for a terminal, and signs that something is going on."""

from __future__ import annotations

import os
import sys
from typing import Literal, TextIO

Colour = Literal["red", "green", "yellow", "cyan"]
CODES: dict[Colour, int] = {"red": 31, "green": 32, "yellow": 33, "cyan": 36}


def painted(text: str, colour: Colour | None, stream: TextIO) -> str:
    """The text in that colour; without it, if `stream` is no terminal, or one without colours, or NO_COLOR is
    set."""
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if colour is None or unwanted or not stream.isatty():
        return text
    return f"\x1b[{CODES[colour]}m{text}\x1b[0m"


def progress(text: str) -> None:
    """Says what takes some seconds, to a person who waits; nothing is written to a file."""
    if sys.stderr.isatty():
        print(f"{text} …", file=sys.stderr, flush=True)  # noqa: T201  # a command speaks
