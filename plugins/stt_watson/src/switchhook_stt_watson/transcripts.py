"""Transcripts that wait for the call to take them."""

from __future__ import annotations

import asyncio
from collections import deque

from switchhook import SpeechError, SpeechStarted, Transcript

MOST = 1000  # a call takes them as they come; a service that floods it is not listened to


class WaitingTranscripts:
    """`again` asks whoever reads to make another connection."""

    def __init__(self) -> None:
        self._told: deque[SpeechStarted | Transcript] = deque()
        self._news = asyncio.Event()
        self.over = False
        self.again: SpeechError | None = None  # why the connection ended

    def tell(self, heard: SpeechStarted | Transcript) -> None:
        if self._told and isinstance(heard, Transcript):
            last = self._told[-1]
            if isinstance(last, Transcript) and not last.final:
                self._told.pop()
        if len(self._told) >= MOST:
            self._told.popleft()
        self._told.append(heard)
        self._news.set()

    def end(self) -> None:
        """What was told is still taken."""
        self.over = True
        self._news.set()

    def ask_again(self, why: SpeechError) -> None:
        self.again = why
        self._news.set()

    async def next(self) -> SpeechStarted | Transcript | SpeechError | None:
        """The next transcript; a SpeechError, each once, if the connection has ended; None at the end."""
        while True:
            if self._told:
                return self._told.popleft()
            if self.over:
                return None
            if self.again is not None:
                why, self.again = self.again, None
                return why
            self._news.clear()
            await self._news.wait()
