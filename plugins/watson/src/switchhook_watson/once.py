"""What is worth one line in the log, whoever causes it how often."""

from __future__ import annotations

MOST = 100  # names come from outside; so many are remembered


class Once:
    def __init__(self) -> None:
        self._known: set[str] = set()

    def first(self, name: str) -> bool:
        """Whether it is the first time, as long as there is room to remember it."""
        if name in self._known or len(self._known) >= MOST:
            return False
        self._known.add(name)
        return True
