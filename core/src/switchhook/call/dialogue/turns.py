"""From what the caller did, or did not do, to a turn that tells how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...contract.assistant import Turn, TurnKind
from .events import End
from .flight import Input

MOST_FAILED = 100
CALLERS, ALONE = ("start", "speech", "digits"), ("forced", "follow_up")


@dataclass(slots=True)
class Turns:
    """`patience`: turns without input, in a row, until the call is given back. `forced`: the text of one that
    is due when the prompts have been heard. `alone`: how many turns without the caller were made since his
    last one. One counts if the assistant asked for it, or if no prompt and no word was heard before it; any
    other takes one off."""

    patience: int | None
    made: int = 0
    forced: str | None = None
    alone: int = 0
    _silences: int = 0  # turns without input since the caller's last
    _heard: bool = False
    _barged: bool = False  # the next one came by a barge-in
    _failed: list[str] = field(default_factory=list)  # types of responses, since the last turn

    def make(self, said: Input) -> Turn:
        self.made += 1
        self._count(said.kind)
        barged_in, self._barged, self.forced = self._barged, False, None
        failed, self._failed = tuple(self._failed), []
        return Turn(
            self.made,
            said.kind,
            said.text,
            said.input,
            barged_in,
            said.collected,
            confidence=said.confidence,
            raw=said.raw,
            failed=failed,
            sensitive=said.sensitive,
        )

    def fail(self, response_type: str) -> None:
        """A response of this type was not performed, or not to its end."""
        if len(self._failed) < MOST_FAILED:
            self._failed.append(response_type)

    def _count(self, kind: TurnKind) -> None:
        if kind in CALLERS:
            self.alone = self._silences = 0
        elif kind in ALONE or not self._heard:
            self.alone += 1
        else:
            self.alone = max(0, self.alone - 1)
        if kind == "no_input":
            self._silences += 1
        elif kind == "no_final":
            self._silences = 0
        self._heard = False

    def hear(self) -> None:
        """A prompt or a word was heard."""
        self._heard = True

    def barge_in(self) -> None:
        """The turn is the caller's."""
        self._barged, self.forced = True, None

    def forget_barge_in(self) -> None:
        self._barged = False

    def force(self, text: str) -> None:
        self.forced = text

    def take_forced(self, now: float) -> Input:
        text, self.forced = self.forced or "", None
        return Input("forced", text, now)

    def no_input(self, now: float) -> Input | End:
        """Nothing was said in time: one more turn, or the end."""
        if self._silences == self.patience:
            return End("no_input", f"{self._silences} times nothing was said")
        return Input("no_input", "", now)
