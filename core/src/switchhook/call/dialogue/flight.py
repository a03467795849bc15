"""What will be a turn, and the turn that was sent and whose reply is being read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...contract.assistant import Turn, TurnKind
from ...contract.leg import Disposition, TurnReport


@dataclass(frozen=True, slots=True)
class Input:
    """What will be a turn."""

    kind: TurnKind
    text: str
    at: float
    confidence: float | None = None
    input: Mapping[str, Any] | None = None  # of the option that it chose
    raw: Mapping[str, Any] = field(default_factory=dict)
    collected: bool | None = None  # digits: whether as asked for
    sensitive: bool = False


@dataclass(slots=True)
class Flight:
    """A turn that was sent and whose reply has not ended."""

    turn: Turn
    matched: bool = True
    muted: bool = False  # a barge-in: nothing more of this reply is heard
    abandoned: bool = False  # and no async handler of it is waited for
    reported: bool = False
    filled: bool = False  # the caller was told that it takes longer
    said: list[str] = field(default_factory=list)

    def report(self) -> TurnReport | None:
        """Once for each turn: when its reply is read, or its audio begins before."""
        if self.reported:
            return None
        self.reported = True
        disposition: Disposition = "match" if self.matched else "no_match"
        if self.turn.kind in ("no_input", "no_final"):
            disposition = "no_input"
        return TurnReport(disposition, " ".join(self.said), self.turn.confidence)
