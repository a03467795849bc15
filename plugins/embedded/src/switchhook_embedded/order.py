"""Brings the results of one call's decodes, which may overtake each other, into order."""

from __future__ import annotations

from switchhook import Transcript


class InOrder:
    """Utterances are numbered from 0. What is returned may be told to the call."""

    def __init__(self) -> None:
        self._next = 0
        self._early: dict[int, Transcript] = {}
        self._total: int | None = None

    @property
    def complete(self) -> bool:
        """Every final of the call has been told."""
        return self._total is not None and self._next >= self._total

    def told(self, number: int) -> bool:
        """Whether its final was."""
        return number < self._next

    def interim(self, number: int, transcript: Transcript) -> list[Transcript]:
        """Nothing if it came too late or too early: an interim stands between the finals around it."""
        return [transcript] if number == self._next and transcript.text else []

    def final(self, number: int, transcript: Transcript) -> list[Transcript]:
        """It, and those after it that waited for it."""
        self._early[number] = transcript
        told = []
        while self._next in self._early:
            told.append(self._early.pop(self._next))
            self._next += 1
        return told

    def end(self, total: int) -> None:
        """There will be no more than `total` utterances."""
        self._total = total
