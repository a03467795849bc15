"""The files of a configuration: its own, and those that it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .configuration import files_of, read_table, times

Seen = Mapping[str, tuple[int, ...]]


class Watched:
    """Made before the configuration is read for the first time: what changes while models are loaded counts.
    Raises SettingsError."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._table: Mapping[str, object] = {}
        self.seen: Seen = {}
        self.read()

    def read(self) -> None:
        """As it is now; where it is none, the files that it named before are looked at. Raises
        SettingsError."""
        try:
            self._table = read_table(self.file)
        finally:
            self.seen = self.look()

    def look(self) -> Seen:
        """Files that are named and come only now are among them."""
        return times([self.file, *files_of(self._table, self.file.parent.absolute())])

    def changed(self, now: Seen) -> list[str]:
        """Those that came, went or are others."""
        both = sorted({*self.seen, *now})
        return [name for name in both if now.get(name) != self.seen.get(name)]
