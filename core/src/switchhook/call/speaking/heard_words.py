"""Which words of a reply the caller has heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...contract.texts import plain_text

RATE = 14.0  # characters a second, of a prompt whose length is not known yet


@dataclass(slots=True)
class HeardWords:
    _queued: dict[int, str] = field(default_factory=dict)  # by prompt, in order
    _heard: list[str] = field(default_factory=list)

    def queue(self, prompt: int, text: str) -> None:
        self._queued[prompt] = plain_text(text)

    def finish(self, prompt: int) -> None:
        """The prompt was heard to its end."""
        if text := self._queued.pop(prompt, ""):
            self._heard.append(text)

    def interrupt(self, prompt: int, heard: float, length: float | None) -> None:
        """Of this prompt `heard` seconds of `length` were heard, and nothing of those behind it."""
        text = self._queued.get(prompt, "")
        self._queued.clear()
        part = min(1.0, heard * RATE / max(1, len(text)) if length is None else heard / max(length, 1e-6))
        words = text.split()
        if told := " ".join(words[: round(part * len(words))]):
            self._heard.append(told)

    def take(self) -> str:
        """The words since the last turn; then it begins anew."""
        heard, self._heard = " ".join(self._heard), []
        return heard
