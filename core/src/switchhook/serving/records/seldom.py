"""What would be said at each look, every few seconds, for as long as it is true."""

from __future__ import annotations

import logging
import time
from math import inf

logger = logging.getLogger(__name__)

AGAIN = 600.0  # seconds until the same is said again


class Seldom:
    """For one thread at a time, or for what may be said twice."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}  # when

    def error(self, form: str, *given: object) -> None:
        said, now = form % given, time.monotonic()
        if now - self._said.get(said, -inf) >= AGAIN:
            self._said = {each: at for each, at in self._said.items() if now - at < AGAIN} | {said: now}
            logger.error("%s", said)
