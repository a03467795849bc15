"""From what the caller did, or did not do, to a turn that tells how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..assistant import Turn
from .state import Input

ALONE = ("forced", "follow_up")


@dataclass(slots=True)
class Turns:
    """`silences` and `alone`: turns without input, and turns that nobody began, in a row. `barged`: the next
    one came by a barge-in. `forced`: the text of one that is due when the prompts have been heard."""

    made: int = 0
    silences: int = 0
    alone: int = 0
    barged: bool = False
    forced: str | None = None

    def make(self, said: Input) -> Turn:
        self.made += 1
        self.alone = self.alone + 1 if said.kind in ALONE else 0
        self.silences = self.silences + 1 if said.kind == "no_input" else 0
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
