"""Which words of a reply the caller has heard."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import starmap

from ...contract.texts import plain_text

RATE = 14.0  # characters a second, of a prompt whose length is not known yet


@dataclass(slots=True)
class HeardWords:
    """Texts are kept as they were queued: words are only looked for where a turn has interrupted them."""

    _queued: dict[int, str] = field(default_factory=dict)  # by prompt, in order
    _heard: list[tuple[str, float]] = field(default_factory=list)  # texts, and which part of each

    def queue(self, prompt: int, text: str) -> None:
        self._queued[prompt] = text

    def finish(self, prompt: int) -> None:
        """The prompt was heard to its end."""
        if text := self._queued.pop(prompt, ""):
            self._heard.append((text, 1.0))

    def interrupt(self, prompt: int, heard: float, length: float | None) -> None:
        """Of this prompt `heard` seconds of `length` were heard, and nothing of those behind it."""
        text = self._queued.get(prompt, "")
        self._queued.clear()
        whole = len(plain_text(text)) / RATE if length is None else length
        self._heard.append((text, min(1.0, heard / max(whole, 1e-6))))

    def take(self, *, wanted: bool) -> str:
        """The words since the last turn, if they are wanted; then it begins anew."""
        heard, self._heard = self._heard, []
        return " ".join(filter(None, starmap(_words, heard))) if wanted else ""


def _words(text: str, part: float) -> str:
    words = plain_text(text).split()
    return " ".join(words[: round(part * len(words))])
