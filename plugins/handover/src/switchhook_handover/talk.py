"""What was said in a call, as much of it as a person is told who takes it over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from switchhook import Turn, plain_text
from switchhook_http import Confided

MOST = 200  # lines that are kept of a call
TEXT = 500  # characters of one
HIDDEN = "•••"
CARD = re.compile(r"\d(?:[ .-]?\d){12,18}")


@dataclass(frozen=True, slots=True)
class Line:
    who: Literal["caller", "bot"]
    text: str
    turn: int


class Talk:
    """Of one call."""

    def __init__(self) -> None:
        self.confided = Confided()
        self._lines: list[Line] = []
        self._turn = 0

    def began(self, turn: Turn, *, digits: bool) -> None:
        """`digits`: keys that were not pressed in confidence may be told. A turn that a second assistant is
        told is the same turn."""
        if turn.number == self._turn:
            return
        if turn.barged_in:
            self._hear(turn.heard)
        self._turn = turn.number
        if turn.sensitive:
            self.confided.keep(turn.text)
        if turn.kind in ("speech", "digits") and turn.text:
            shown = not turn.sensitive and (digits or turn.kind == "speech")
            self._add(Line("caller", turn.text if shown else HIDDEN, turn.number))

    def said(self, text: str) -> None:
        """The bot says it now, or soon."""
        if plain := plain_text(text).strip():
            self._add(Line("bot", plain, self._turn))

    def _add(self, line: Line) -> None:
        self._lines = [*self._lines[1 - MOST :], line]

    def _hear(self, heard: str) -> None:
        """Of what the bot has said last, the caller has heard that and no more."""
        whole = ""
        while self._lines and self._lines[-1].who == "bot":
            whole = f"{self._lines.pop().text} {whole}".strip()
        if heard:
            self.said(whole if heard == whole else f"{heard} …")

    def told(self, turns: int) -> list[Line]:
        """The lines of the last turns, without what is sensitive in them."""
        return [
            Line(each.who, self.clean(each.text)[:TEXT], each.turn)
            for each in self._lines
            if each.turn > self._turn - turns
        ]

    def clean(self, text: str) -> str:
        """Without what was given in confidence, and without numbers of cards, whoever says them."""
        return CARD.sub(_hidden, self.confided.without(text))


def fitted(lines: list[Line], room: int) -> str:
    """As one text of at most so many bytes of UTF-8: the oldest are left out first."""
    kept: list[str] = []
    for line in _written(reversed(lines)):
        size = len(line.encode(errors="replace")) + 1
        if size > room:
            break
        room -= size
        kept.append(line)
    return "\n".join(reversed(kept))


def _written(lines: Iterator[Line]) -> Iterator[str]:
    for line in lines:
        yield f"{line.who}: {' '.join(line.text.split())}"


def _hidden(number: re.Match[str]) -> str:
    """A number that Luhn's sum makes one of a card."""
    digits = [int(each) for each in re.findall(r"\d", number[0])]
    odd, even = digits[-1::-2], digits[-2::-2]
    total = sum(odd) + sum(sum(divmod(2 * each, 10)) for each in even)
    return number[0] if total % 10 else HIDDEN
