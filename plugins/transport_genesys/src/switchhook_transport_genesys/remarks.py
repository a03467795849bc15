"""Log lines about what a client does; not about all, when it does so often."""

from __future__ import annotations

import logging
from collections.abc import Callable

from switchhook import TokenBucket

logger = logging.getLogger(__name__)

RATE, BURST = 0.1, 5  # lines a second, and at once


class Remarks:
    def __init__(self, clock: Callable[[], float]) -> None:
        self.conversation = "not open"
        self._clock, self._bucket = clock, TokenBucket(RATE, BURST, clock())
        self._told_unread = False

    def add(self, text: str) -> None:
        if self._bucket.take(self._clock()):
            logger.warning("%s, conversation %s", text, self.conversation)

    def about_fields(self, unread: str) -> None:
        """Once: a client that writes a field in a form of its own does so in each message."""
        if unread and not self._told_unread:
            self._told_unread = True
            self.add(f"the client's {unread} is not of the protocol's form; taken as unknown")
