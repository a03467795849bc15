"""What a recognition asks of the service: the query of its connection and the `start` message."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from switchhook import AudioFormat, LanguageUnknown, Parameters
from switchhook_watson import Once

from .attention import PHRASE
from .models import current, has_low_latency, is_large, languages, locale_of, model_for, speaks

logger = logging.getLogger(__name__)

CONTENT_TYPES = {
    AudioFormat("PCMU", 8000): "audio/mulaw;rate=8000",
    # without its endianness the service guesses, and fails on silence
    AudioFormat("PCM", 8000): "audio/l16;rate=8000;channels=1;endianness=little-endian",
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# The parameters of IBM's API reference: those of the connection, and those of a `start`.
QUERY = _names(
    "model language_customization_id acoustic_customization_id base_model_version x-watson-metadata "
    "x-watson-learning-opt-out"
)
KNOWN = QUERY | _names(
    "audio_metrics background_audio_suppression character_insertion_bias customization_weight "
    "end_of_phrase_silence_time enrichments grammar_name keywords keywords_threshold low_latency "
    "max_alternatives parameter_set processing_metrics processing_metrics_interval profanity_filter "
    "sad_module smart_formatting smart_formatting_version speaker_labels speech_begin_event "
    "speech_detector_sensitivity speech_event_sensitivity split_transcript_at_phrase_end "
    "word_alternatives_threshold word_confidence"
)
# Set here and by nobody else; `redaction` turns interim results off, a token belongs into a header.
REFUSED = _names(
    "access_token action content-type content_type continuous inactivity_timeout interim_results "
    "redaction timestamps version watson-token"
)
NOT_ON_LARGE = _names("grammar_name keywords max_alternatives word_alternatives_threshold")
FORMATTED = ("en", "es", "ja")  # languages that have smart formatting (API reference)


@dataclass(frozen=True)
class Request:
    query: Mapping[str, str]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    by_language: bool = False  # nobody named the model

    @property
    def start(self) -> str:
        return json.dumps({"action": "start", **self.parameters}, default=str)

    @property
    def phrase(self) -> float:
        """Seconds of silence that end one."""
        asked = self.parameters.get("end_of_phrase_silence_time", PHRASE)
        return max(0.0, float(asked)) if isinstance(asked, int | float) else PHRASE


class Requests:
    """`model` and `parameters` as configured; those that an assistant sets are laid over them."""

    def __init__(self, model: str | None, parameters: Parameters, *, opt_out: bool = True) -> None:
        self.once = Once()
        self._model, self._parameters, self._opt_out = model, parameters, opt_out

    def make(self, audio: AudioFormat, language: str, given: Parameters) -> Request:
        """Raises SpeechError."""
        asked = {**self._parameters, **given}
        named = self._named(asked, given, language)
        model = current(named or model_for(language), self.once)
        asked = self._usable(asked, model)
        query = {
            name: _text(value)
            for name, value in asked.items()
            if name in QUERY and isinstance(value, str | int | float)
        }
        query |= {"model": model}
        if self._opt_out:
            query.setdefault("x-watson-learning-opt-out", "true")
        parameters = self._defaults(audio, model) | {
            name: value for name, value in asked.items() if name not in QUERY
        }
        return Request(query, parameters, named is None)

    def _named(self, asked: Parameters, given: Parameters, language: str) -> str | None:
        """A model that was configured is never replaced; in another language it would hear nonsense."""
        if isinstance(given.get("model"), str):
            return str(given["model"])
        model = str(asked.get("model") or self._model or "")
        if model and not speaks(model, language):
            raise LanguageUnknown(
                f"the configured model {model} does not hear {language!r}; give that language a model in "
                "`languages` of the connector",
                reason="the configured model does not hear the language",
            )
        return model or None

    @property
    def languages(self) -> Sequence[str]:
        """Languages of the configured model; without one, of all models."""
        model = self._parameters.get("model") or self._model
        return tuple(filter(None, (locale_of(model),))) if model else languages()

    def _usable(self, asked: Parameters, model: str) -> dict[str, Any]:
        refused = REFUSED | (NOT_ON_LARGE if is_large(model) else frozenset())
        for name in asked:
            short = ascii(name)[:60]
            if name in refused and self.once.first(short):
                logger.warning("Watson Speech to Text: the parameter %s is left out", short)
            elif name not in refused | KNOWN and self.once.first(short):
                logger.warning(
                    "Watson Speech to Text: the parameter %s is not known here; sent as it is", short
                )
        return {name: value for name, value in asked.items() if name not in refused and value is not None}

    def _defaults(self, audio: AudioFormat, model: str) -> dict[str, Any]:
        return {
            "content-type": CONTENT_TYPES[audio],
            "interim_results": True,
            # without it the models for the telephone may give no interim results (IBM's pages disagree)
            **({"low_latency": True} if has_low_latency(model) else {}),
            **({"smart_formatting": True} if model.startswith(FORMATTED) else {}),
            "inactivity_timeout": -1,
            "timestamps": True,
        }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
