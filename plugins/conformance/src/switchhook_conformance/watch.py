"""Holds everything that a server sends against the rules, as it comes, whatever case is being run."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from switchhook import TokenBucket

from .tables import wrong_message
from .verdict import Failed

RATE, BURST = 5.0, 25  # messages a second, and at once, that Genesys takes; text and audio each
PAUSE_RATE, PAUSE_BURST = 2.0, 4  # of those, pause and resume each
BYTES = 64_000  # in one message


def _gauge(rate: float = RATE, burst: int = BURST) -> TokenBucket:
    """Messages as Genesys limits them. One more than the burst is forgiven: clocks differ."""
    return TokenBucket(rate, burst + 1)


class Came(NamedTuple):
    """Something that the server sent. `kind`: a message type, of an event that of its entity, or "audio"."""

    at: float  # seconds, on the clock of the event loop
    kind: str
    size: int


@dataclass
class Watch:
    """`sent`: seq of our newest message; `pings`: seqs of those that are not answered yet."""

    session_id: str
    sent: int = 0
    pings: set[int] = field(default_factory=set)
    received: list[dict[str, Any]] = field(default_factory=list)  # texts
    came: list[Came] = field(default_factory=list)  # everything, in order
    faults: list[str] = field(default_factory=list)
    offers: Sequence[Any] = ()  # of media, by our open
    _texts: TokenBucket = field(default_factory=_gauge)
    _frames: TokenBucket = field(default_factory=_gauge)
    _pauses: dict[str, TokenBucket] = field(
        default_factory=lambda: {kind: _gauge(PAUSE_RATE, PAUSE_BURST) for kind in ("pause", "resume")}
    )
    _closed_with: int | None = None  # seq of our close

    def of(self, *kinds: str) -> list[Came]:
        """What the server sent of these kinds, as `Came.kind` has them."""
        return [each for each in self.came if each.kind in kinds]

    @property
    def ended(self) -> Any:
        """The parameters of the server's disconnect; None until it came."""
        ends = (each for each in self.received if each.get("type") == "disconnect")
        return next((each.get("parameters", {}) for each in ends), None)

    def settle(self) -> None:
        """Raises Failed if any message broke a rule."""
        if self.faults:
            raise Failed("messages as the tables have them", self.faults[0])

    def offer(self, parameters: Any) -> None:
        offers = parameters.get("media") if isinstance(parameters, dict) else None
        self.offers = offers if isinstance(offers, list) else ()

    def closing(self, seq: int) -> None:
        self._closed_with = self._closed_with or seq

    def audio(self, size: int, now: float) -> None:
        self._size(size, not self._frames.spend(now))
        kinds = {message.get("type") for message in self.received}
        if "opened" not in kinds or kinds & {"disconnect", "closed"}:
            self.faults.append("audio before opened, or after disconnect or closed")
        self.came.append(Came(now, "audio", size))

    def text(self, text: str, now: float) -> dict[str, Any] | None:
        """The message; None if it is none."""
        size = len(text.encode())
        self._size(size, not self._texts.spend(now))
        try:
            message = json.loads(text)
        except ValueError:
            self.faults.append("a text that is not JSON")
            return None
        found = wrong_message(message, self.offers) or self._out_of_step(message, now)
        if found:
            self.faults.append(found)
        if not isinstance(message, dict):
            return None
        self.received.append(message)
        self.came += [Came(now, kind, size) for kind in _kinds(message)]
        return message

    def _size(self, size: int, exceeded: bool) -> None:
        if size > BYTES:
            self.faults.append(f"a message of {size} bytes")
        if exceeded:
            self.faults.append("more messages than 5 a second and 25 at once")

    def _out_of_step(self, message: dict[str, Any], now: float) -> str:
        return self._misnumbered(message) or self._misplaced(message["type"], message["clientseq"], now)

    def _misnumbered(self, message: dict[str, Any]) -> str:
        clientseq = message["clientseq"]
        if message["id"] != self.session_id:
            return "the id of another session"
        if message["seq"] != len(self.received) + 1:
            return f"seq {message['seq']} where {len(self.received) + 1} was due"
        before = self.received[-1]["clientseq"] if self.received else 0
        if not before <= clientseq <= self.sent:
            return f"clientseq {clientseq} after {before}, where {self.sent} were sent"
        return ""

    def _misplaced(self, kind: str, clientseq: int, now: float) -> str:
        if kind in self._pauses and not self._pauses[kind].spend(now):
            return f"more {kind} than 2 a second and 4 at once"
        if self._closed_with is not None and clientseq >= self._closed_with and kind not in AFTER_CLOSE:
            return f"{kind} after our close was read"
        if kind == "pong":
            if clientseq not in self.pings:
                return "a pong whose clientseq is that of no open ping"
            self.pings.discard(clientseq)
        return ""


AFTER_CLOSE: Container[str] = ("closed", "pong", "event", "disconnect")


def _kinds(message: dict[str, Any]) -> list[str]:
    parameters = message.get("parameters")
    entities = parameters.get("entities") if isinstance(parameters, dict) else None
    if message.get("type") != "event" or not isinstance(entities, list):
        return [str(message.get("type"))]
    return [str(entity.get("type")) for entity in entities if isinstance(entity, dict)]
