"""Who fails again and again is left out of new calls for a while."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

WITHIN = 60.0  # seconds in which faults are counted
REST = 300.0  # seconds until it is asked again

Key = tuple[str, str]  # plugin and hook


@dataclass(slots=True)
class Breaker:
    """`most`: faults of one hook in a row, within a minute, after which it rests; 0: none ever does. One that
    works for most callers goes on, however many it fails. Calls that began before go on with it, too."""

    most: int = 0
    now: Callable[[], float] = time.monotonic
    failing: dict[Key, deque[float]] = field(default_factory=dict)  # when; who asks often looks here first
    resting_since: dict[Key, float] = field(default_factory=dict)  # likewise

    def failed(self, plugin: str, hook: str) -> None:
        if not self.most:
            return
        key, now = (plugin, hook), self.now()
        times = self.failing.setdefault(key, deque(maxlen=self.most))
        times.append(now)
        if len(times) == self.most and now - times[0] <= WITHIN and not self._is_resting(key):
            self.resting_since[key] = now
            times.clear()
            form = "plugin %s: its %s failed %d times in a row in %g s: new calls do without it for %g s"
            logger.error(form, plugin, hook, self.most, WITHIN, REST)

    def worked(self, plugin: str, hook: str) -> None:
        self.failing.pop((plugin, hook), None)

    def rests(self, plugin: str, hook: str, began: float | None = None) -> bool:
        """For a call that began then, or for any."""
        key = (plugin, hook)
        return self._is_resting(key) and (began is None or began >= self.resting_since[key])

    @property
    def resting(self) -> frozenset[Key]:
        return frozenset(key for key in list(self.resting_since) if self._is_resting(key))

    def _is_resting(self, key: Key) -> bool:
        since = self.resting_since.get(key)
        if since is not None and self.now() - since > REST:
            del self.resting_since[key]
            logger.warning("plugin %s: its %s is asked again", *key)
            since = None
        return since is not None
