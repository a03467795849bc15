"""What is kept of a call that went otherwise than expected: its talk, and what the caller has of it."""

from __future__ import annotations

import re
from pathlib import Path

from switchhook import SettingsError, visible

from .judging import Verdict
from .report import talk, title


def keep(verdict: Verdict, directory: Path) -> Path:
    """The folder, readable by its owner alone: it holds what callers say. Raises SettingsError."""
    name = re.sub(r"[^\w-]+", "-", f"{verdict.case.file.stem}-{title(verdict)}").strip("-")[:100]
    folder = directory / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = "".join(f"{visible(line)}\n" for line in talk(verdict))
        (folder / "talk.txt").write_text(text, "utf-8")
        verdict.placed.keep(folder)
    except OSError as error:
        raise SettingsError(f"--output: cannot write to {folder}: {error.strerror}") from None
    return folder
