"""From what the caller did, or did not do, to a turn that tells how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...contract.assistant import Turn, TurnKind
from .flight import Input

CALLERS, ALONE = ("start", "speech", "digits"), ("forced", "follow_up")


@dataclass(slots=True)
class Turns:
    """`silences`: turns without input since the caller's last. `alone`: likewise turns that nobody began, or
    time after a reply in which nothing was `heard`, neither a prompt nor a word; each that time began after
    something was heard makes good for one. `barged`: the next one came by a barge-in. `forced`: the text of
    one that is due when the prompts have been heard."""

    made: int = 0
    silences: int = 0
    alone: int = 0
    heard: bool = False
    barged: bool = False
    forced: str | None = None

    def make(self, said: Input) -> Turn:
        self.made += 1
        self._count(said.kind)
        flags: dict[str, Any] = {
            "is_dtmf": said.kind == "digits",
            "barge_in_occurred": self.barged,
            "post_response_timeout_occurred": said.kind == "no_input",
            "final_utterance_timeout_occurred": said.kind == "no_final",
        }
        if said.collected is not None:
            flags["dtmf_collection_succeeded"] = said.collected
        self.barged, self.forced = False, None
        return Turn(
            self.made, said.kind, said.text, said.input, flags, confidence=said.confidence, raw=said.raw
        )

    def _count(self, kind: TurnKind) -> None:
        if kind in CALLERS:
            self.alone = self.silences = 0
        elif kind in ALONE or not self.heard:
            self.alone += 1
        else:
            self.alone = max(0, self.alone - 1)
        if kind == "no_input":
            self.silences += 1
        elif kind == "no_final":
            self.silences = 0
        self.heard = False
