"""What a connector gives its calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ..contract.assistant import Assistant
from ..contract.speech import SpeechToText, TextToSpeech
from ..plugins.asking import Hooks
from .dialogue.limits import Limits
from .engine import Engine
from .failover import Patiences
from .prompts.cache import PromptCache
from .record.masking import Mask
from .record.variables import Reserved


@dataclass(frozen=True, slots=True)
class Equipment:
    """Engines are tried in order. `prompts`, and the three texts, are had ready from the start."""

    name: str
    assistants: tuple[Engine[Assistant], ...]
    recognisers: tuple[Engine[SpeechToText], ...]
    voices: tuple[Engine[TextToSpeech], ...]
    hooks: Hooks
    language: str = "en-US"
    failure_text: str = ""
    closing_text: str = ""
    waiting_text: str = ""
    prompts: tuple[str, ...] = ()
    reserved: Reserved = field(default_factory=Reserved)
    on_failure: Literal["completed", "error"] = "completed"
    limits: Limits = field(default_factory=Limits)
    mask: Mask = field(default_factory=Mask)
    cache: PromptCache | None = None
    patience: Patiences = field(default_factory=Patiences)

    @property
    def engines(self) -> tuple[Engine[Any], ...]:
        return (*self.recognisers, *self.voices, *self.assistants)
