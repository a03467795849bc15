"""Names plugins that keep more and more memory, on request: within a process nobody can take it back."""

from __future__ import annotations

import logging
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from ..contract.traces import is_of
from .loader import Plugin, Plugins

logger = logging.getLogger(__name__)

EVERY = 60.0  # seconds between two looks; each takes a tenth of a second of processor time and more
GROWN = 10_000_000  # bytes more than when it was last told of
FRAMES = 12  # of the calls that led to a piece of memory: a library's, and the plugin's line before them
CURE = "what belongs to one call is kept in call.state, which goes with it"


@dataclass(slots=True)
class Keeps:
    """What a plugin's lines have asked for and not given back: bytes, by file and line."""

    lines: Counter[str] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        return self.lines.total()


class Leaks:
    """`plugins` are those that are loaded now."""

    def __init__(self, plugins: Callable[[], Plugins]) -> None:
        self._plugins = plugins
        self._told: dict[str, int] = {}  # bytes, by plugin

    def look(self) -> Iterator[str]:
        """Of each plugin that keeps much more than at the first look, and than when it was told of."""
        for name, keeps in self._kept().items():
            before = self._told.setdefault(name, keeps.size)
            if keeps.size < before + GROWN:
                continue
            self._told[name] = keeps.size
            line, most = keeps.lines.most_common(1)[0]
            size, more, of_it = (f"{each / 1e6:.0f} MB" for each in (keeps.size, keeps.size - before, most))
            yield f"plugin {name} keeps {size}, {more} more than before; {of_it} come from {line}: {CURE}"

    def _kept(self) -> dict[str, Keeps]:
        found = {name: Keeps() for name in self._plugins().loaded}
        owners: dict[str, str | None] = {}
        for trace in tracemalloc.take_snapshot().traces:
            for frame in reversed(trace.traceback):  # the innermost is the last
                if frame.filename not in owners:
                    owners[frame.filename] = self._owner(frame.filename)
                if owner := owners[frame.filename]:
                    found[owner].lines[f"{frame.filename}:{frame.lineno}"] += trace.size
                    break
        return found

    def _owner(self, file: str) -> str | None:
        loaded: dict[str, Plugin] = self._plugins().loaded
        return next((name for name, plugin in loaded.items() if is_of(file, plugin.files)), None)


@contextmanager
def leaks_named(plugins: Callable[[], Plugins], every: float = EVERY) -> Iterator[None]:
    """In a thread of its own, which looks after each `every` seconds."""
    over, leaks = Event(), Leaks(plugins)

    def watch() -> None:
        while not over.wait(every):
            for line in leaks.look():
                logger.warning("%s", line)

    tracemalloc.start(FRAMES)
    watching = Thread(target=watch, name="switchhook-leaks", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
        tracemalloc.stop()
