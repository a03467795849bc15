"""Requests on one connection, one after the other: what is to be said when. No I/O."""

from __future__ import annotations

import json
from typing import Literal

STOP = json.dumps({"action": "stop"})


class Exchange:
    """The service answers each start and each stop with `listening`; the next start has to wait for that of
    the stop before it. Audio may follow a start at once."""

    def __init__(self) -> None:
        self.awaited = 0  # answers to come
        self._stopped = True
        self.confirmed = False  # the latest start was answered

    @property
    def takes_audio(self) -> bool:
        return not self._stopped

    def start(self) -> None:
        self.awaited += 1
        self._stopped = self.confirmed = False

    def stop(self) -> None:
        self.awaited += 1
        self._stopped = True

    def listening(self) -> Literal["confirmed", "stopped", "more"]:
        """ "stopped": the request has no more results, and the next one may start."""
        self.awaited = max(0, self.awaited - 1)
        if self.awaited:
            return "more"
        if self._stopped:
            return "stopped"
        self.confirmed = True
        return "confirmed"
