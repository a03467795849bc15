"""How far engines are behind that work on this machine: then it has more calls than it can hear."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...call.engine import Engine
from ...contract.errors import cause
from ...contract.figures import Figure
from ...contract.traces import home, place
from .habit import Habit

logger = logging.getLogger(__name__)

SHARE = 0.5  # that one look has in the average: what many callers say in the same instant is no habit
MOST = 60.0  # seconds that a look may add, whatever an engine says

ENGINE_BEHIND = Figure(
    "engine_behind_seconds",
    "seconds",
    "How long what waited for an engine of this machine had waited, looked at once a second",
    ("engine",),
)


class Behind:
    def __init__(self, measured: Callable[[str, float, Mapping[str, str]], None]) -> None:
        self._measured = measured
        self._habits: dict[Engine[Any], Habit] = {}
        self._silent: set[Engine[Any]] = set()  # those that raised: a call would not be better for it

    def look(self, engines: Iterable[Engine[Any]]) -> None:
        """Once in a while, at those that calls have. What is known of others is forgotten."""
        known, self._habits = self._habits, {}
        asked = dict.fromkeys(each for each in engines if each.falls_behind)
        self._silent &= asked.keys()
        for engine in asked:
            if engine not in self._silent:
                late = self._ask(engine)
                habit = self._habits[engine] = known.get(engine) or Habit(engine.name)
                habit.note(late, SHARE)
                self._measured(ENGINE_BEHIND.name, late, {"engine": engine.name})

    def is_over(self, limit: float) -> bool:
        """Whether one of them has more to do than it can."""
        over = [habit.is_over(limit) for habit in self._habits.values()]  # of each, for its line in the log
        return any(over)

    def _ask(self, engine: Engine[Any]) -> float:
        try:
            return max(0.0, min(engine.behind(), MOST))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything
            self._silent.add(engine)
            where = place(error, home(type(engine.driver)))
            form = "%s does not say how far it is behind, and is not asked any more: %s%s"
            logger.error(form, engine.name, cause(error), where)  # noqa: TRY400  # its text may be private
            return 0.0
