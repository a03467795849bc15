"""How long plugins take for their hooks, and which hooks are not asked now: told once in a while."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ...contract.figures import Figure
from ...plugins.loader import Plugins

PLUGIN_SECONDS = Figure(
    "plugin_seconds",
    "count",
    "Seconds that the event loop spent in hook functions of plugins, without what they do later",
    ("plugin", "hook"),
)
PLUGIN_CALLS = Figure("plugin_calls", "count", "Times that a hook of a plugin was asked", ("plugin", "hook"))
HOOKS_RESTING = Figure(
    "hooks_resting",
    "level",
    "Hooks that new calls do without, as they failed again and again, or blocked every call",
    ("plugin", "hook"),
)
FIGURES = (PLUGIN_SECONDS, PLUGIN_CALLS, HOOKS_RESTING)


class HookFigures:
    def __init__(self, measured: Callable[[str, float, Mapping[str, str]], None]) -> None:
        self._measured = measured
        self._resting: frozenset[tuple[str, str]] = frozenset()  # as it was told

    def look(self, alive: Iterable[Plugins]) -> None:
        """At those of every configuration that has calls."""
        resting: frozenset[tuple[str, str]] = frozenset()
        for plugins in alive:
            resting |= plugins.guard.breaker.resting | frozenset(plugins.guard.off)
            for (plugin, hook), (seconds, times) in plugins.guard.take_spent().items():
                labels = {"plugin": plugin, "hook": hook}
                self._measured(PLUGIN_SECONDS.name, seconds, labels)
                self._measured(PLUGIN_CALLS.name, times, labels)
        for change, keys in ((1, resting - self._resting), (-1, self._resting - resting)):
            for plugin, hook in sorted(keys):
                self._measured(HOOKS_RESTING.name, change, {"plugin": plugin, "hook": hook})
        self._resting = resting
