"""Erases records from files of lines that processes may be appending to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ERASED = b'{"schema":1,"kind":"erased"}'
NAMES = ("record_id", "id", "conversation_id")
WRAPPED = ("ended", "growing", "record")  # where lines of the spool, and dead letters, have it


def is_of(record: Mapping[str, Any], wanted: str) -> bool:
    return any(record.get(name) == wanted for name in NAMES)


def erase_lines(file: Path, wanted: str) -> int:
    """Each line that holds such a record becomes one of the same length that holds nothing: nobody who
    appends meanwhile loses a line. Says how many there were. Raises OSError."""
    count, at = 0, 0
    with suppress(FileNotFoundError), file.open("r+b") as lines:
        for line in lines:
            if _holds(line, wanted):
                body = ERASED.ljust(len(line) - 1) if len(line) > len(ERASED) else b" " * (len(line) - 1)
                os.pwrite(lines.fileno(), body, at)
                count += 1
            at += len(line)
    return count


def _holds(line: bytes, wanted: str) -> bool:
    if json.dumps(wanted)[1:-1].encode() not in line and wanted.encode() not in line:
        return False
    with suppress(ValueError):
        table = json.loads(line)
        if isinstance(table, dict):
            inner = next((table[name] for name in WRAPPED if isinstance(table.get(name), dict)), table)
            return is_of(inner, wanted)
    return False
