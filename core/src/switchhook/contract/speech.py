"""What a speech engine is: recognition of the caller, synthesis of the prompts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from .audio import AudioFormat

Parameters = Mapping[str, Any]  # as a speech_to_text or text_to_speech response carries them


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Voice was detected; `at` in seconds of audio fed."""

    at: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said between `start` and `end`, in seconds of audio fed. A final is sent once per
    utterance, in order; an interim replaces the one before it. `text` has no markup and no spaces at its
    ends; an empty final means that what sounded like speech was none, and an empty interim that the voice has
    ended, and its words are still being made out: the caller's silence is not counted meanwhile. `raw` is the
    engine's own message."""

    text: str
    final: bool
    start: float = 0.0
    end: float = 0.0
    confidence: float | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


class Recognition(Protocol):
    """One caller being listened to. Iteration ends after `finish` or raises SpeechError when the engine
    fails; leaving the context manager that made it frees everything."""

    def feed(self, audio: bytes, /) -> None:
        """Never blocks, never raises. If the engine is behind, the oldest audio is dropped and counted; if it
        has failed, all audio is dropped."""

    def configure(self, language: str, parameters: Parameters, /) -> bool:
        """Change how what follows is recognised. False: not possible here, open another recognition."""

    def finish(self) -> None:
        """No more audio comes. The iteration gives the last final, then it ends."""

    def __aiter__(self) -> AsyncIterator[SpeechStarted | Transcript]: ...


class SpeechToText(Protocol):
    @property
    def formats(self) -> Sequence[AudioFormat]:
        """The formats that `open` takes. If the line's own is among them, no codec is needed; else the call
        gives linear samples ("PCM") at the line's rate, which every engine takes."""

    def open(
        self, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AbstractAsyncContextManager[Recognition]:
        """`language` is a BCP 47 tag ("en-US"). Raises LanguageUnknown, and SpeechError for all else."""


class TextToSpeech(Protocol):
    @property
    def formats(self) -> Sequence[AudioFormat]:
        """The formats that `synthesize` gives; "PCM" at the line's rate is always possible."""

    @property
    def ssml(self) -> bool:
        """Whether markup is understood. If not, core removes it first."""

    @property
    def max_bytes(self) -> int:
        """The longest text, in bytes of UTF-8. Core splits at sentence ends."""

    def synthesize(
        self, text: str, audio: AudioFormat, language: str, parameters: Parameters, /
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Audio as it comes, in chunks of whole samples. Raises LanguageUnknown, Unspeakable, and SpeechError
        for all else."""
