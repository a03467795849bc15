"""An input that will be a turn, and the turn whose reply is being read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...contract.actions import Action, Say
from ...contract.assistant import Turn, TurnKind
from ...contract.leg import Disposition, TurnReport
from .events import Abandon, CancelReply, Effect, Tell
from .offers import NONE, Stood


@dataclass(frozen=True, slots=True)
class Input:
    """An input that will be a turn."""

    kind: TurnKind
    text: str
    at: float
    confidence: float | None = None
    input: Mapping[str, Any] | None = None  # of the option that it chose
    raw: Mapping[str, Any] = field(default_factory=dict)
    collected: bool | None = None  # of digits: whether they are what was asked for
    sensitive: bool = False
    stood: Stood = NONE  # when it began to be said


@dataclass(slots=True)
class Flight:
    """The turn that was sent and whose reply has not ended; None: there is none."""

    turn: Turn | None = None
    filled: bool = False  # the caller was told that it takes longer
    owes: bool = False  # a handler failed, and there is nothing to be heard
    muted: bool = False  # a barge-in: nothing more of this reply is heard
    _abandoned: bool = False  # and no async handler of it is waited for
    _matched: bool = True
    _reported: bool = False
    _audible: bool = False  # there is something to be heard of it
    _apologised: bool = False
    _said: list[str] = field(default_factory=list)

    def begin(self, turn: Turn) -> None:
        self.turn = turn
        self.filled = self.muted = self._abandoned = self._reported = False
        self.owes = self._audible = self._apologised = False
        self._matched, self._said = True, []

    def match(self, matched: bool) -> None:
        self._matched = matched

    def note(self, action: Action) -> None:
        """The action gives the caller something to hear."""
        self._audible, self.owes = True, False
        if isinstance(action, Say):
            self._said.append(action.text)

    def owe(self) -> None:
        """A handler failed."""
        self.owes = not self._audible

    def miss(self) -> None:
        """What it was to give the caller to hear cannot be played."""
        self._audible, self.owes = False, True

    def apologise(self) -> bool:
        """Once."""
        before, self._apologised = self._apologised, True
        return not before

    def fill(self) -> None:
        self.filled = True

    def forget_filler(self) -> None:
        """The caller has spoken again: if the answer takes long he is soon told so again."""
        self.filled = False

    def interrupt(self, turns: Collection[int]) -> None:
        """The prompts of these turns were interrupted."""
        self.muted = self.muted or (self.turn is not None and self.turn.number in turns)

    def restore(self) -> None:
        """That was no interruption."""
        self.muted = False

    def abandon(self) -> list[Effect]:
        """Once."""
        before, self._abandoned = self._abandoned, True
        return [] if before else [Abandon()]

    def report(self, turn: int) -> list[Effect]:
        """Once for each turn: when its reply is read, or its audio begins before."""
        if self._reported or self.turn is None or self.turn.number != turn:
            return []
        self._reported = True
        disposition: Disposition = "match" if self._matched else "no_match"
        if self.turn.kind in ("no_input", "no_final"):
            disposition = "no_input"
        return [Tell(TurnReport(disposition, " ".join(self._said), self.turn.confidence))]

    def end(self, turn: int) -> list[Effect]:
        """Its reply is read."""
        told, self.turn = self.report(turn), None
        return told

    def cancel(self) -> list[Effect]:
        """Give the reply up, if there is one to come."""
        was, self.turn = self.turn, None
        return [] if was is None else [CancelReply()]
