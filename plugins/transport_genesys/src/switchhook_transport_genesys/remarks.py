"""Log lines about what a client does, in its own words; where it does so often, some are left out."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from switchhook import TokenBucket

logger = logging.getLogger(__name__)

RATE, BURST = 0.1, 5  # lines a second, and at once
LONGEST = 200  # characters of a client's words
DIGIT = "•"


def quoted(words: str) -> str:
    """A client's own words in one line. Digits are hidden, as they may be a caller's number, and control
    characters are escaped."""
    hidden = re.sub(r"\d", DIGIT, words[:LONGEST].strip())
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in hidden)
    return f'"{shown}{"…" if len(words) > LONGEST else ""}"'


class Remarks:
    def __init__(self, clock: Callable[[], float], correlation_id: str) -> None:
        self.conversation, self._correlation = "not open", correlation_id
        self._clock, self._bucket = clock, TokenBucket(RATE, BURST, clock())
        self._told_unread = False

    def add(self, text: str) -> None:
        if self._bucket.take(self._clock()):
            self._write(logging.WARNING, text)

    def once(self, text: str, level: int = logging.WARNING) -> None:
        """A line about what comes once in a session; it is never left out."""
        self._write(level, text)

    def _write(self, level: int, text: str) -> None:
        logger.log(level, "%s; conversation %s, correlation %s", text, self.conversation, self._correlation)

    def about_fields(self, unread: str) -> None:
        """Only once in a session: a client that writes a field in a form of its own does so in each
        message."""
        if unread and not self._told_unread:
            self._told_unread = True
            self.add(f"the client's {unread} is not of the protocol's form; taken as unknown")
