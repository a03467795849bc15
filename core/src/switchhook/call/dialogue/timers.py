"""A dialogue's timers: names and when they are due. No clock."""

from __future__ import annotations

from dataclasses import dataclass, field

OF_SILENCE = ("listening", "digits", "speech", "final")


@dataclass(slots=True)
class Timers:
    """`paused`: the caller cannot be heard, and those of his silence do not run."""

    paused: bool = False
    _at: dict[str, float] = field(default_factory=dict)

    def start(self, name: str, at: float) -> None:
        if not self._stands_still(name):
            self._at[name] = at

    def keep(self, name: str, on: bool, at: float) -> None:
        """Running if `on`, from when it was first seen to be."""
        if not on:
            self._at.pop(name, None)
        elif not self._stands_still(name):
            self._at.setdefault(name, at)

    def pause(self) -> None:
        """Those of his silence begin anew when he can be heard again: nobody has to answer in the rest of a
        time that began minutes ago."""
        self.paused = True
        self.stop(*OF_SILENCE)

    def _stands_still(self, name: str) -> bool:
        return self.paused and name in OF_SILENCE

    def running(self, name: str) -> bool:
        return name in self._at

    def deadline(self) -> float | None:
        return min(self._at.values(), default=None)

    def take_due(self, now: float) -> set[str]:
        due = {name for name, at in self._at.items() if at <= now}
        self._at = {name: at for name, at in self._at.items() if name not in due}
        return due

    def stop(self, *names: str) -> None:
        for name in names:
            self._at.pop(name, None)

    def clear(self) -> None:
        self._at.clear()
