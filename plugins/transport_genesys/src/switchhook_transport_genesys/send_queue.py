"""Texts and audio that wait to be sent on one connection. Texts go first, each kind in its own order."""

from __future__ import annotations

from collections import deque

from switchhook import TokenBucket
from switchhook_audiohook.protocol import MAX_SENT
from switchhook_audiohook.protocol.rates import MESSAGES

MAX_AUDIO = 480_000  # bytes: 30 s of the widest coding
MAX_TEXT = 262_144  # characters


class SendQueue:
    def __init__(self, now: float) -> None:
        self.full = False
        self._texts: deque[str] = deque()
        self._text_size = 0
        self._audio = bytearray()
        # playout stays well below; this is the last guard before Genesys would end a session for flooding it
        self._bucket = TokenBucket(*MESSAGES, now)
        self._held_until = now

    def __len__(self) -> int:
        """Bytes and characters that wait."""
        return self._text_size + len(self._audio)

    def put_text(self, text: str) -> None:
        self._texts.append(text)
        self._text_size += len(text)
        self.full = self.full or self._text_size > MAX_TEXT

    def put_audio(self, data: bytes) -> None:
        self._audio += data
        self.full = self.full or len(self._audio) > MAX_AUDIO

    def drop_audio(self) -> None:
        self._audio.clear()

    def hold_audio(self, until: float) -> None:
        self._held_until = max(self._held_until, until)

    def take(self, now: float) -> str | bytes | None:
        """The next message. Audio that had to wait comes in one, of at most 64,000 bytes."""
        if self._texts:
            text = self._texts.popleft()
            self._text_size -= len(text)
            return text
        if not self._audio or now < self._held_until or not self._bucket.take(now):
            return None
        data = bytes(self._audio[:MAX_SENT])
        del self._audio[:MAX_SENT]
        return data

    def due(self, now: float) -> float | None:
        """When there is something to take; None: when something is put in."""
        if self._texts:
            return now
        return max(self._held_until, self._bucket.due(now)) if self._audio else None
