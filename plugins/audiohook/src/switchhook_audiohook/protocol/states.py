"""The states of both halves, and how long they stay in each."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Literal, NamedTuple

Reason = Literal["completed", "unauthorized", "error"]  # of a disconnect
Awaited = Literal["open", "opened", "message", "pong", "close", "closed", "socket"]


class State(Enum):
    CONNECTED = auto()  # upgraded, waiting for open
    OPENING = auto()
    ACTIVE = auto()
    PAUSED = auto()  # no caller audio; ours still flows
    DISCONNECTING = auto()  # our disconnect was sent
    CLOSING = auto()  # close came; closed is the last we send
    CLOSED = auto()
    GONE = auto()


LIVE = (State.ACTIVE, State.PAUSED)
BEFORE_THE_END = (State.CONNECTED, State.OPENING, *LIVE)
OVER = (State.CLOSED, State.GONE)


class Limit(NamedTuple):
    seconds: float
    awaited: Awaited
    code: int  # to close the socket with


LIMITS = {
    State.CONNECTED: Limit(10.0, "open", 1008),
    State.DISCONNECTING: Limit(10.0, "close", 1000),
    State.CLOSED: Limit(5.0, "socket", 1000),
}
"""Since the state was entered."""

HEARD_WITHIN = Limit(30.0, "message", 1001)
"""In the other states, since the last message of any kind: six ping periods."""


class Phase:
    """Where a server's session stands, since when, and how long it may. `idle`: seconds without a message."""

    def __init__(self, clock: Callable[[], float], idle: float) -> None:
        self._clock, self._idle = clock, idle
        self.state = State.CONNECTED
        self._since = self.heard_at = clock()

    def enter(self, state: State) -> None:
        self.state, self._since = state, self._clock()

    def heard(self) -> None:
        """The client lives."""
        self.heard_at = self._clock()

    @property
    def until(self) -> float:
        """When the client has had its time."""
        limit = LIMITS.get(self.state)
        return self._since + limit.seconds if limit else self.heard_at + self._idle

    @property
    def limit(self) -> Limit:
        return LIMITS.get(self.state, HEARD_WITHIN)


class ClientState(Enum):
    PREPARING = auto()  # open is not sent yet
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


OPENED_WITHIN = 5.0  # seconds from `open`
CLOSED_WITHIN = 10.0  # seconds from `close`
