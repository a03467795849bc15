"""What a connector gives its calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..contract.assistant import Assistant
from ..contract.speech import SpeechToText, TextToSpeech
from ..plugins.asking import Hooks
from .breakers import Breakers
from .dialogue.limits import Limits
from .prompts.cache import PromptCache
from .record.masking import Mask
from .record.variables import Reserved


@dataclass(frozen=True, slots=True)
class Equipment:
    """Engines are tried in order. `prompts`, and the three texts, are had ready from the start."""

    name: str
    assistants: tuple[Assistant, ...]
    recognisers: tuple[SpeechToText, ...]
    voices: tuple[TextToSpeech, ...]
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
    breakers: Breakers = field(default_factory=Breakers)
    cache: PromptCache | None = None
