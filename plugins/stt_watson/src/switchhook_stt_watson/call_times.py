"""Turns the service's results into transcripts on the call's own timeline."""

from __future__ import annotations

from collections.abc import Mapping

from switchhook import AudioFormat, SpeechStarted, Transcript

from .attention import PHRASE
from .messages import Began, Words
from .sending import QUIET, UNSURE, Sending


class CallTimes:
    def __init__(self, audio: AudioFormat, sending: Sending) -> None:
        self._audio, self._sending = audio, sending
        self._covered = 0  # bytes fed, up to the end of the last final

    def take(self, found: Began | Words, transactions: Mapping[str, str]) -> SpeechStarted | Transcript:
        if isinstance(found, Began):
            self._sending.backlog.keep = self._audio.size(UNSURE)
            return SpeechStarted(self._audio.seconds(self._fed(found.at)))
        end = self._end(found)
        start = self._covered if found.start is None else min(self._fed(found.start), end)
        raw = (
            {**found.raw, "transaction_ids": dict(transactions)} if found.raw and transactions else found.raw
        )
        if found.final:
            self._cover(end, found.end)
        self._sending.backlog.keep = self._audio.size(QUIET if found.final else UNSURE)
        return Transcript(
            found.text,
            found.final,
            self._audio.seconds(start),
            self._audio.seconds(end),
            found.confidence if found.final else None,
            raw,
        )

    def _end(self, words: Words) -> int:
        backlog = self._sending.backlog
        if words.end is not None:
            return min(self._fed(words.end), backlog.fed)
        phrase = self._audio.size(PHRASE) if words.final else 0
        return max(self._covered, backlog.sent - phrase)

    def _fed(self, seconds: float) -> int:
        return self._sending.timeline.fed(self._audio.size(seconds))

    def _cover(self, end: int, sent: float | None) -> None:
        self._covered = max(self._covered, end)
        self._sending.backlog.cover(self._covered)
        if sent is not None:
            self._sending.timeline.forget(self._audio.size(sent))
