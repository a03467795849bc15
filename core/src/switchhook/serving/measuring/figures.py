"""The figures of a server: its own, those of its calls, and those that plugins declare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...call.record import call_figures
from ...contract.errors import PluginError
from ...contract.figures import Figure
from ...plugins.loader import Plugin, Plugins
from ..records import delivery, line_writer, spool, unspooled
from ..state.sure import STATE_LOST
from . import hook_figures
from .behind import ENGINE_BEHIND
from .lateness import LOOP_LATE

CALLS_STARTED = Figure("calls_started", "count", "Calls that were answered", ("connector",))
CALLS_ENDED = Figure("calls_ended", "count", "Calls that ended, by outcome", ("connector", "outcome"))
CALLS_REFUSED = Figure(
    "calls_refused", "count", "Calls that were turned away before they were answered, by reason", ("reason",)
)
PROMPTS = Figure(
    "prompts",
    "count",
    "Prompts and parts of them that were spoken, from the cache or by an engine",
    ("from",),
)
ENGINES_RESTING = Figure(
    "engines_resting", "level", "Engines that failed again and again and are asked last", ("engine",)
)
ENGINE_FAILURES = Figure(
    "engine_failures",
    "count",
    "Failures of engines, those too that a call got over, by what is wrong",
    ("engine", "problem"),
)
FIGURES = (
    *(
        CALLS_STARTED,
        CALLS_ENDED,
        CALLS_REFUSED,
        PROMPTS,
        ENGINES_RESTING,
        ENGINE_FAILURES,
        LOOP_LATE,
        ENGINE_BEHIND,
        STATE_LOST,
    ),
    *(
        *line_writer.FIGURES,
        *spool.FIGURES,
        *unspooled.FIGURES,
        *delivery.FIGURES,
        *hook_figures.FIGURES,
        *call_figures.FIGURES,
    ),
)


def declared(plugins: Plugins, ask: Callable[[Plugin, str], Any]) -> dict[str, Figure]:
    """All figures by their names. Raises PluginError if one name is declared in two ways."""
    found = {figure.name: (figure, "switchhook") for figure in FIGURES}
    for plugin in plugins.loaded.values():
        for figures in ask(plugin, "figures") if "figures" in plugin.hooks else []:
            for figure in figures:
                if not isinstance(figure, Figure):
                    raise _unfit(plugin, f"returned {type(figure).__name__}", "return a list of Figure")
                known, by = found.setdefault(figure.name, (figure, plugin.name))
                if known != figure:
                    raise _unfit(plugin, f"declares {figure.name!r} otherwise than {by}", "name it otherwise")
    return {name: figure for name, (figure, _) in found.items()}


def _unfit(plugin: Plugin, cause: str, cure: str) -> PluginError:
    return PluginError(plugin.name, cause, distribution=plugin.distribution, hook="figures", cure=cure)
