"""Finds out which code blocks the event loop, while it does: a thread looks at a heartbeat."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from traceback import walk_stack
from types import FrameType
from typing import NamedTuple

import anyio

from ..contract.hookspecs import HOOKS
from ..contract.traces import is_of
from .loader import Plugin, Plugins

logger = logging.getLogger(__name__)

BEAT = 0.025  # seconds between heartbeats
LATE = 0.06  # seconds without one before the stack is looked at
OFF_AFTER = 1.0  # seconds that a plugin may block until it is left out of later calls


class Place(NamedTuple):
    """Of a stack."""

    filename: str
    lineno: int
    name: str


class Watchdog:
    """Finds the plugin by the files in the stack. A hook that blocks for long is not asked any more. `late`
    is told of each heartbeat by how many seconds it was late."""

    def __init__(self, *plugins: Plugins, late: Callable[[float], None] | None = None) -> None:
        self.plugins = plugins  # replaced as a whole, for the thread that reads it
        self._late = late
        self._thread = threading.get_ident()
        self._beat = time.monotonic()
        self._done = threading.Event()

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        watcher = threading.Thread(target=self._watch, name="switchhook-watchdog", daemon=True)
        async with anyio.create_task_group() as group:
            group.start_soon(self._keep_beating)
            watcher.start()
            try:
                yield
            finally:
                self._done.set()
                watcher.join()
                group.cancel_scope.cancel()

    async def _keep_beating(self) -> None:
        while True:
            self._beat = time.monotonic()
            due = anyio.current_time() + BEAT
            await anyio.sleep_until(due)
            if self._late is not None:
                self._late(anyio.current_time() - due)

    def _watch(self) -> None:
        """Sleeps until the last beat would be late: each time it wakes, the event loop waits for it."""
        seen, pause = 0.0, LATE
        while not self._done.wait(pause):
            beat, now = self._beat, time.monotonic()
            if now - beat < LATE:
                pause = beat + LATE - now
                continue
            pause = BEAT
            plugins = self.plugins
            at_work = [(each, active) for each in plugins if (active := each.guard.active)]
            for each, active in at_work:
                # since it began: something else may have blocked the loop before
                if now - active[2] > OFF_AFTER and _may_be_off(each, *active[:2]):
                    each.guard.off.add(active[:2])
                    form = "plugin %s blocked every call for over %g s: its %s is off from now on"
                    logger.error(form, active[0], OFF_AFTER, active[1])
            if beat != seen:
                seen = beat
                frame = sys._current_frames().get(self._thread)  # noqa: SLF001  # the documented way
                _name_the_culprit(frame, at_work[0][1][0] if at_work else "", plugins)


def _may_be_off(plugins: Plugins, name: str, hook: str) -> bool:
    """Hooks of which every plugin is asked may, and those that handle what another plugin handles. Without
    any other hook callers would hear nothing, or something else."""
    off = plugins.guard.off
    if (name, hook) in off:
        return False
    others = (plugin for plugin in plugins.loaded.values() if plugin.name != name)
    return HOOKS[hook].asked == "all" or (
        bool(HOOKS[hook].handles)
        and any(hook in other.hooks and (other.name, hook) not in off for other in others)
    )


def _name_the_culprit(frame: FrameType | None, active: str, plugins: Sequence[Plugins]) -> None:
    if frame is None:
        return
    # Not by extract_stack: it would read the source of every file in the stack, now that there is no time for
    # it, and keep all of it in memory.
    stack = [Place(f.f_code.co_filename, line, f.f_code.co_name) for f, line in walk_stack(frame)]
    name = active or _whose(stack, list(chain.from_iterable(each.loaded.values() for each in plugins)))
    if name:
        lines = " < ".join(f"{f.name} ({f.filename}:{f.lineno})" for f in stack[:6])
        logger.warning("plugin %s blocks the event loop: %s", name, lines)


def _whose(stack: Sequence[Place], plugins: Sequence[Plugin]) -> str:
    """The plugin whose file is the innermost, of a stack that begins with that; nothing where none has one
    there. Of several in one package it is the one whose own module it is."""
    homes = [(plugin.files, plugin.name) for plugin in plugins]
    files = [(getattr(plugin.module, "__file__", ""), plugin.name) for plugin in plugins]
    for frame in stack:
        own = [name for file, name in files if file == frame.filename]
        own += [name for places, name in homes if is_of(frame.filename, places)]
        if own:
            return own[0]
    return ""
