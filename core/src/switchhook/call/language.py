"""Which language a call has: the peer's where the engines know it, else the connector's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ..contract.languages import normalised
from .engine import Engine
from .equipment import Equipment

D = TypeVar("D")


class CallLanguage:
    """Shared by those who hear and those who speak. `changed` is told each new `current`."""

    def __init__(self, equipment: Equipment, remark: Callable[[str], None]) -> None:
        """`remark` is told where the language is another one than was asked for."""
        self.own = normalised(equipment.language) or equipment.language
        self.current = self._before = self.own
        self.changed: Callable[[str], None] = lambda _: None
        self._remark = remark
        self._kinds: tuple[tuple[Engine[Any], ...], ...] = (
            equipment.assistants,
            equipment.recognisers,
            equipment.voices,
        )
        self._unknown: set[str] = set()  # found out in this call, of all engines of a kind
        self._lacking: set[tuple[Engine[Any], str]] = set()  # likewise, of one engine

    def ask(self, tag: str) -> None:
        """The peer wants this one, however it is spelt. What is not served leaves it as it is."""
        wanted = normalised(tag)
        if not wanted:
            if tag:
                self._remark(f"the language that was asked for is no language tag: {self.current} is spoken")
        elif wanted != self.current:
            if self._is_served(wanted):
                self._before = self.current
                self._speak(wanted)
            else:
                self._remark(_not_known(wanted, self.current))

    def _is_served(self, tag: str) -> bool:
        return tag not in self._unknown and all(self.able(kind, tag) for kind in self._kinds if kind)

    def _speak(self, tag: str) -> None:
        self.current = tag
        self.changed(tag)

    def of(self, engine: Engine[Any], tag: str) -> str | None:
        """What the engine is to be asked for instead of `tag`; None where it does not know it."""
        return None if (engine, tag) in self._lacking else engine.spoken(tag)

    def able(self, engines: Iterable[Engine[D]], tag: str) -> list[Engine[D]]:
        return [engine for engine in engines if self.of(engine, tag) is not None]

    def heard_as(self, engines: Iterable[Engine[Any]]) -> str:
        """How the first of these that knows the current language calls it."""
        known = (self.of(engine, self.current) for engine in engines)
        return normalised(next(filter(None, known), "")) or self.current

    def lacks(self, engine: Engine[Any], tag: str) -> None:
        """The engine was asked and does not know it, whatever it said before."""
        self._lacking.add((engine, tag))

    def give_up(self, tag: str) -> str | None:
        """No engine of a kind knows it. What to go on with: as it was before, or the connector's own; None
        where that is not known either."""
        self._unknown.add(tag)
        other = next((each for each in (self._before, self.own) if each not in self._unknown), None)
        if tag != self.current:
            return self.current if self.current not in self._unknown else other
        if other is not None:
            self._remark(_not_known(tag, other))
            self._speak(other)
        return other


def _not_known(wanted: str, spoken: str) -> str:
    return f"no engine knows the language {wanted}: {spoken} is spoken"
