"""What the caller is saying now, until its final. No clock."""

from __future__ import annotations

from dataclasses import dataclass

from ...contract.speech import Transcript
from .offers import Stood


@dataclass(slots=True)
class Utterance:
    """`speaking`: the caller speaks and is listened to; `worded`: words have come; `meant`: they are words
    that a prompt is to stop for. `pending`: he has spoken, and his words are still being made out. `deaf`: he
    speaks and is not listened to. `stood`: the list that stood when it began; `repeats`: the newest words
    only say again what was chosen from it."""

    speaking: bool = False
    worded: bool = False
    meant: bool = False
    pending: bool = False
    deaf: bool = False
    repeats: bool = False
    stood: Stood | None = None
    _began: float = 0.0  # the newest voice, in seconds of audio

    def voice(self, at: float, stood: Stood, *, shut: bool) -> None:
        """`at`: in seconds of audio. `shut`: speech that begins now is not listened to."""
        self._began, self.pending = at, False
        self.deaf = self.deaf or (shut and not self.speaking)
        self.speaking = not self.deaf
        if not self.worded:
            self.stood = stood

    def belong(self, stood: Stood) -> None:
        """What is heard now began to be said then."""
        self.stood = stood

    def is_deaf(self, said: Transcript, *, shut: bool) -> bool:
        """Whether what is `said` is not listened to."""
        if not (self.deaf or (shut and not self.speaking)):
            return False
        self.deaf, self.stood, self.repeats = not said.final, None, False
        return True

    def hear(self, said: Transcript, stood: Stood, *, meant: bool, repeats: bool) -> None:
        self.repeats = repeats
        if said.final:
            later = self.speaking and 0 < said.end <= self._began
            self.worded, self.meant, self.stood = False, False, None
            if not later:  # else a recognition that is behind tells of what he had said before
                self.give_up()
            return
        self.pending = self.speaking and not said.text and said.end > self._began
        self.worded = self.worded or bool(said.text)
        self.speaking = self.speaking or self.worded
        self.meant, self.stood = meant, stood if self.speaking else None

    def give_up(self) -> None:
        self.speaking = self.worded = self.meant = self.pending = self.deaf = False
        self.stood, self._began = None, 0.0
