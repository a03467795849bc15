"""Which of a connector's engines are asked first: one that keeps failing comes last until it has rested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

FAILURES = 3  # in a row, until an engine is passed over
REST = 15.0  # seconds until it is asked first again

E = TypeVar("E")


@dataclass(slots=True)
class _Health:
    name: str
    failures: int = 0
    resting: float = 0.0  # until then


class Breakers:
    """Shared by all calls of a process. An engine is never left out: when all of them rest, all are tried."""

    def __init__(self, report: Callable[[str, bool], None] = lambda _name, _resting: None) -> None:
        """`report` is told when an engine begins to rest, and when it works again."""
        self._health: dict[int, _Health] = {}
        self.report = report

    def name(self, engine: object, name: str) -> None:
        """What reports and the call record call it."""
        self._of(engine).name = name

    def name_of(self, engine: object) -> str:
        return self._of(engine).name

    def order(self, engines: Sequence[E], now: float) -> list[E]:
        """Those that rest behind the others; else as they are."""
        return sorted(engines, key=lambda engine: self.rests(engine, now))

    def rests(self, engine: object, now: float) -> bool:
        return self._of(engine).resting > now

    def failed(self, engine: object, now: float, *, silent: bool = False) -> None:
        """`silent`: it said nothing, not even that it fails. That costs callers most, so once is enough."""
        health = self._of(engine)
        health.failures = max(health.failures + 1, FAILURES if silent else 0)
        if health.failures >= FAILURES:
            if health.resting <= now:
                self.report(self.name_of(engine), True)
            health.resting = now + REST

    def worked(self, engine: object) -> None:
        health = self._of(engine)
        if health.resting:
            self.report(self.name_of(engine), False)
        health.failures, health.resting = 0, 0.0

    def _of(self, engine: object) -> _Health:
        if id(engine) not in self._health:
            kind = type(engine).__name__
            alike = sum(health.name.split()[0] == kind for health in self._health.values())
            self._health[id(engine)] = _Health(f"{kind} {alike + 1}" if alike else kind)
        return self._health[id(engine)]
