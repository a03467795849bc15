"""Erases records from files of lines that processes may be appending to."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ...contract.visible import visible_json

ERASED = b'{"schema":1,"kind":"erased"}'
NAMES = ("record_id", "id", "conversation_id")
SETTLED = 5.0  # seconds after which nobody goes on with half a line at the end of a file
WRAPPED = ("ended", "growing", "record")  # where lines of the spool, and dead letters, have it

Record = Mapping[str, Any]


def is_of(record: Record, wanted: str) -> bool:
    return any(record.get(name) == wanted for name in NAMES)


def erase_lines(file: Path, wanted: str, erased: Callable[[Record], None] = lambda _record: None) -> int:
    """Each line that holds such a record becomes one of the same length that holds nothing: nobody who
    appends meanwhile loses a line. So does half a line, of a process that was killed, which holds nothing
    that could be read. Says how many there were; `erased` is told each record. Raises OSError."""
    count, at = 0, 0
    with suppress(FileNotFoundError), file.open("r+b") as lines:
        settled = time.time() - os.fstat(lines.fileno()).st_mtime >= SETTLED
        for line in lines:
            record = _held(line, wanted, half=settled or line.endswith(b"\n"))
            if record is not None:
                length = len(line.removesuffix(b"\n"))
                os.pwrite(
                    lines.fileno(), ERASED.ljust(length) if length >= len(ERASED) else b" " * length, at
                )
                count += 1
                erased(record)
            at += len(line)
    return count


def _held(line: bytes, wanted: str, *, half: bool) -> Record | None:
    """None: nothing of that call. `half`: it may be half a line."""
    spelt = (json.dumps(wanted), visible_json(json.dumps(wanted, ensure_ascii=False)))  # we write the second
    ids = [each.encode(errors="backslashreplace") for each in spelt]
    if not any(each in line for each in ids):
        return None
    try:
        table = json.loads(line)
    except ValueError:
        is_of_call = any(b'"%b":%b' % (name.encode(), each) in line for name in NAMES for each in ids)
        return {} if half and is_of_call else None
    if isinstance(table, dict):
        inner: Record = next((table[name] for name in WRAPPED if isinstance(table.get(name), dict)), table)
        return inner if is_of(inner, wanted) else None
    return None
