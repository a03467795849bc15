"""A connector as its calls see it: engines, texts and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ..contract.assistant import Assistant
from ..contract.languages import normalised
from ..contract.speech import SpeechToText, TextToSpeech
from ..plugins.asking import Hooks
from ..speakable.words import NONE, Pronunciations
from .dialogue.limits import Limits
from .engine import Engine
from .failover import Patiences
from .prompt_cache.cache import PromptCache
from .record.masking import Mask
from .record.variables import Reserved


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language, and what a connector has for it. Where a text is empty, the connector's own is said."""

    language: str
    assistants: tuple[Engine[Assistant], ...]
    recognisers: tuple[Engine[SpeechToText], ...]
    voices: tuple[Engine[TextToSpeech], ...]
    failure_text: str = ""
    closing_text: str = ""
    waiting_text: str = ""
    prompts: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.failure_text, self.closing_text, self.waiting_text)))

    @property
    def kinds(self) -> tuple[tuple[Engine[Any], ...], ...]:
        return self.assistants, self.recognisers, self.voices


@dataclass(frozen=True, slots=True)
class Bot:
    """Engines are tried in order. `prompts`, and the three texts, are had ready from the start. `further`:
    the languages besides `language` that have engines or texts of their own."""

    name: str
    assistants: tuple[Engine[Assistant], ...]
    recognisers: tuple[Engine[SpeechToText], ...]
    voices: tuple[Engine[TextToSpeech], ...]
    hooks: Hooks
    language: str = "en-US"
    further: tuple[Tongue, ...] = ()
    failure_text: str = ""
    closing_text: str = ""
    waiting_text: str = ""
    prompts: tuple[str, ...] = ()
    reserved: Reserved = field(default_factory=Reserved)
    on_failure: Literal["completed", "error"] = "completed"
    limits: Limits = field(default_factory=Limits)
    mask: Mask = field(default_factory=Mask)
    cache: PromptCache | None = None
    pronunciations: Pronunciations = NONE
    patience: Patiences = field(default_factory=Patiences)

    @property
    def tongues(self) -> tuple[Tongue, ...]:
        """The connector's own language first."""
        own = Tongue(
            normalised(self.language) or self.language,
            self.assistants,
            self.recognisers,
            self.voices,
            self.failure_text,
            self.closing_text,
            self.waiting_text,
            self.prompts,
        )
        return own, *self.further

    @property
    def engines(self) -> tuple[Engine[Any], ...]:
        """All of them, each once."""
        every = (engine for each in self.tongues for kind in each.kinds for engine in kind)
        return tuple(dict.fromkeys(every))
