"""Which of Watson's voices speaks a language, where none is named."""

from __future__ import annotations

import re

from switchhook import LanguageUnknown
from switchhook_watson import nearest

# IBM's list of voices, March 2026. Enhanced ones where there are any: only they know all of SSML.
VOICES = {
    "de-DE": "de-DE_BirgitV3Voice",
    "en-US": "en-US_MichaelV3Voice",
    "en-AU": "en-AU_HeidiExpressive",
    "en-CA": "en-CA_HannahNatural",
    "en-GB": "en-GB_KateV3Voice",
    "es-LA": "es-LA_SofiaV3Voice",
    "es-ES": "es-ES_LauraV3Voice",
    "es-US": "es-US_SofiaV3Voice",
    "fr-FR": "fr-FR_ReneeV3Voice",
    "fr-CA": "fr-CA_LouiseV3Voice",
    "it-IT": "it-IT_FrancescaV3Voice",
    "ja-JP": "ja-JP_EmiV3Voice",
    "ko-KR": "ko-KR_JinV3Voice",
    "nl-NL": "nl-NL_MerelV3Voice",
    "pt-BR": "pt-BR_IsabelaV3Voice",
}


def voice_for(language: str) -> str:
    """The first of a language speaks for its other regions too. Raises LanguageUnknown."""
    if known := nearest(language, tuple(VOICES)):
        return VOICES[known]
    raise LanguageUnknown(
        f"Watson has no voice for {language!r}; name one in `voice`, or use another engine",
        reason="no voice for the language",
    )


def locale_of(voice: object) -> str:
    """As the name of a voice begins; empty where it does not begin with one."""
    found = re.match(r"[a-z]{2,3}-[A-Z]{2}(?=_)", voice) if isinstance(voice, str) else None
    return found[0] if found else ""


def is_natural(voice: str) -> bool:
    return voice.endswith("Natural")
