"""What the caller is saying now, until its final. No clock."""

from __future__ import annotations

from dataclasses import dataclass

from ...contract.speech import Transcript
from .offers import Stood


@dataclass(slots=True)
class Utterance:
    """`speaking`: the caller speaks and is listened to; `worded`: words have come; `meant`: they are words
    that a prompt is to stop for. `deaf`: he speaks and is not listened to. `stood`: the list that stood when
    it began; `repeats`: the newest words only say again what was chosen from it."""

    speaking: bool = False
    worded: bool = False
    meant: bool = False
    deaf: bool = False
    repeats: bool = False
    stood: Stood | None = None

    def voice(self, stood: Stood, *, shut: bool) -> None:
        """`shut`: speech that begins now is not listened to."""
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
            self.give_up()
            return
        self.worded = self.worded or bool(said.text)
        self.speaking = self.speaking or self.worded
        self.meant, self.stood = meant, stood if self.speaking else None

    def give_up(self) -> None:
        self.speaking = self.worded = self.meant = self.deaf = False
        self.stood = None
