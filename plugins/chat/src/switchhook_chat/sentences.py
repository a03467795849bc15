"""Pieces of a text become sentences, as soon as each has ended."""

from __future__ import annotations

from collections.abc import Iterator

from switchhook import sentence_ends

LONGEST = 400  # characters after which a sentence is cut at a space
THOUGHT, END = "<think>", "</think>"  # what some models write before their answer, and do not say


class Sentences:
    """`longest`: characters of all; what would pass them is not said, and then it is `full`."""

    def __init__(self, longest: int) -> None:
        self.said: list[str] = []
        self.full = False
        self._left, self._text = longest, ""
        self._begun = self._thinking = False

    def feed(self, piece: str) -> Iterator[str]:
        self._text += piece
        if not self._begun and not self._begin():
            return
        self._text = self._text[: self._left + LONGEST]  # of more, nothing would be said
        at = 0
        while not self.full and (end := _end(self._text[at : at + LONGEST + 1])):
            yield from self._say(self._text[at : at + end].strip())
            at += end
        self._text = self._text[at:]

    def finish(self, *, cut: bool = False) -> Iterator[str]:
        """The text has ended. `cut`: in the midst of a sentence, which is not said if there is another."""
        if self._begun and not (self.full or (cut and self.said)):
            yield from self._say(self._text.strip())

    def _begin(self) -> bool:
        """Whether something that is said has begun."""
        text, at = self._text, 0
        while True:
            if self._thinking:
                end = text.find(END, at)
                if end < 0:
                    self._text = text[max(at, len(text) - len(END)) :]
                    return False
                at, self._thinking = end + len(END), False
            while text[at : at + 1].isspace():
                at += 1
            if not text.startswith(THOUGHT, at):
                break
            self._thinking = True
        self._text = text[at:]
        self._begun = bool(self._text) and not THOUGHT.startswith(self._text)
        return self._begun

    def _say(self, sentence: str) -> Iterator[str]:
        if len(sentence) > self._left:
            self.full, sentence = True, "" if self.said else sentence[: self._left].rpartition(" ")[0]
        self._left -= len(sentence)
        if sentence:
            self.said.append(sentence)
            yield sentence


def _end(text: str) -> int:
    """Where the next sentence begins; 0: that is not known yet."""
    if end := next((end for end in sentence_ends(text) if end < len(text)), 0):
        return end
    if len(text) <= LONGEST:
        return 0
    return text.rfind(" ", 0, LONGEST) + 1 or LONGEST
