"""The folder of one run's files: a second run in the same checkout takes one of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
from functools import cache
from itertools import count
from pathlib import Path

FIRST = Path(__file__).parents[1] / "demo-output"
_held: list[int] = []  # a folder is its run's own as long as it is open here


@cache
def output() -> Path:
    """Of this process. What an earlier run has left in it is gone."""
    return own(FIRST)


def own(first: Path) -> Path:
    """`first`, or with a number behind it where somebody has that; empty."""
    for number in count(1):
        folder = first if number == 1 else first.with_name(f"{first.name}-{number}")
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(held)
            continue
        _held.append(held)
        for each in folder.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        return folder
    raise AssertionError
