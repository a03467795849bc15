"""Which of Watson's models hears a telephone call in which language."""

from __future__ import annotations

import logging
import re

from switchhook import LanguageUnknown, SpeechError
from switchhook_watson import Once

logger = logging.getLogger(__name__)

# IBM's list of models for 8 kHz, June 2026: the first of a language serves its other regions too
REGIONS = {
    "ar": "MS",
    "cs": "CZ",
    "de": "DE",
    "en": "US GB AU IN",
    "es": "LA ES",
    "fr": "FR CA",
    "hi": "IN",
    "it": "IT",
    "ja": "JP",
    "ko": "KR",
    "nl": "NL BE",
    "pt": "BR",
    "sv": "SE",
    "zh": "CN",
}
NEAREST = {"en-NZ": "AU", "en-IE": "GB", "en-ZA": "GB"}  # where the first region is not the nearest
LARGE_ONLY = {"pt-PT": "pt-PT"}  # languages that only a large speech model hears
OLD = re.compile(r"([a-z]{2}-[A-Z]{2})_(?:ShortForm_)?(?:NarrowbandModel|BroadbandModel)(?:_v.*)?")


def model_for(language: str) -> str:
    """Raises LanguageUnknown where no model for the telephone knows the language."""
    locale = _tidy(language)
    if locale in LARGE_ONLY:
        return LARGE_ONLY[locale]
    spoken, _, region = locale.partition("-")
    known = REGIONS.get(spoken, "").split()
    if not known:
        raise LanguageUnknown(
            f"Watson has no model for telephone calls in {language!r}; name one in `model`, or use another "
            "engine",
            reason="no model for the language",
        )
    best = region if region in known else NEAREST.get(locale, known[0])
    return f"{spoken}-{best}_Telephony"


def current(model: str, once: Once) -> str:
    """The successor of a model of the previous generation, which IBM withdrew on 1 August 2023; any other
    model stays. Raises SpeechError if there is no successor."""
    if not (old := OLD.fullmatch(model)):
        return model
    try:
        found = model_for(old[1])
    except LanguageUnknown:
        raise SpeechError(
            f"the model {model!r} was discontinued by IBM and has no successor for telephone calls; name a "
            "current one, such as 'en-US_Telephony'",
            reason="the model is discontinued",
        ) from None
    if once.first(model):
        logger.warning("the model %s was discontinued by IBM: %s is used", old[0], found)
    return found


def languages() -> tuple[str, ...]:
    """Tags of the languages that have a model for telephone calls, the best one for a language first."""
    regions = (f"{spoken}-{region}" for spoken, known in REGIONS.items() for region in known.split())
    return *regions, *NEAREST, *LARGE_ONLY


def locale_of(model: object) -> str:
    """The locale that a model's name begins with; empty if it begins with none."""
    found = re.match(r"[a-z]{2}-[A-Z]{2}(?:\b|(?=_))", model) if isinstance(model, str) else None
    return found[0] if found else ""


def speaks(model: str, language: str) -> bool:
    """Whether the model is one for this language. One without a locale in its name is taken to be."""
    spoken = locale_of(model).partition("-")[0]
    return not spoken or spoken == _tidy(language).partition("-")[0]


def has_low_latency(model: str) -> bool:
    return model.endswith("_Telephony") or model == "en-US"


def is_large(model: str) -> bool:
    """A large speech model is named by its locale alone."""
    return re.fullmatch(r"[a-z]{2}-[A-Z]{2}", model) is not None


def _tidy(language: str) -> str:
    spoken, _, region = language.replace("_", "-").partition("-")
    return f"{spoken.lower()}-{region.upper()}" if region else spoken.lower()
