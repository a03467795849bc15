"""Whose certificates are trusted."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from switchhook import SettingsError


def trusting(files: Mapping[str, str | Path | None]) -> ssl.SSLContext:
    """The system's authorities, and those in these PEM files or folders, each by the name of what names it.
    Raises SettingsError."""
    made = ssl.create_default_context()
    for name, file in files.items():
        if file:
            _load(made, name, Path(file))
    return made


def _load(made: ssl.SSLContext, name: str, file: Path) -> None:
    try:
        made.load_verify_locations(capath=file) if file.is_dir() else made.load_verify_locations(file)
    except ssl.SSLError:
        raise SettingsError(
            f"{name}: expected PEM certificates in {file}, found none that can be read"
        ) from None
    except OSError as error:
        raise SettingsError(f"{name}: cannot read {file}: {error.strerror}") from None
