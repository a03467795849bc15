"""For those who write an offline engine: what it hears in a piece of audio, compared as words."""

from __future__ import annotations

import re

import anyio.lowlevel

from switchhook import AudioFormat, SpeechStarted, SpeechToText, Transcript

FRAME = 0.2  # seconds of audio in one piece, as Genesys sends it
LINE = AudioFormat("PCM", 8000)

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


async def hear(
    engine: SpeechToText, pcm: bytes, audio: AudioFormat = LINE, language: str = "en-US"
) -> list[SpeechStarted | Transcript]:
    """All that the engine tells of linear samples fed as fast as it takes them."""
    size = audio.size(FRAME)
    async with engine.open(audio, language, {}) as recognition:
        for start in range(0, len(pcm), size):
            recognition.feed(pcm[start : start + size])
            await anyio.lowlevel.checkpoint()
        recognition.finish()
        return [event async for event in recognition]


def finals(events: list[SpeechStarted | Transcript]) -> str:
    """The texts of the finals, as words."""
    return words(" ".join(event.text for event in events if isinstance(event, Transcript) and event.final))


def words(text: str) -> str:
    """Lower case, no punctuation, each digit a word: so that "4, 2." equals "four two"."""
    spelled = re.sub(r"[0-9]", lambda digit: f" {NAMES[int(digit[0])]} ", text.lower())
    return " ".join(re.findall(r"[a-z']+", spelled))
