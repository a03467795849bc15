"""Which models and voices the services have, and what each may be asked."""

from __future__ import annotations

from typing import Any

_TELEPHONY = (
    "ar-MS zh-CN cs-CZ nl-BE nl-NL en-AU en-IN en-GB en-US fr-CA fr-FR de-DE hi-IN it-IT ja-JP ko-KR pt-BR "
    "es-ES es-LA sv-SE"
)
_LARGE = (
    "en-US en-AU en-GB en-IN fr-CA fr-FR de-DE ja-JP pt-BR pt-PT es-ES es-AR es-CL es-CO es-MX es-PE "
    "nl-NL it-IT"
)
MODELS = dict.fromkeys([f"{name}_Telephony" for name in _TELEPHONY.split()] + _LARGE.split(), 8000)
"""The rate of each model that a telephone can use."""

_NATURAL = (
    "en-AU_Heidi en-AU_Jack en-CA_Hannah en-GB_Chloe en-GB_George en-US_Ellie en-US_Emma en-US_Ethan "
    "en-US_Jackson en-US_Victoria pt-BR_Lucas pt-BR_Camila es-LA_Alejandro es-LA_Daniela"
)
_EXPRESSIVE = (
    "en-AU_Heidi en-AU_Jack en-GB_George en-US_Allison en-US_Emma en-US_Lisa en-US_Michael es-LA_Daniela "
    "pt-BR_Lucas"
)
_ENHANCED = (
    "de-DE_Birgit de-DE_Dieter de-DE_Erika en-GB_Charlotte en-GB_Kate en-US_Allison en-US_Emily en-US_Henry "
    "en-US_Kevin en-US_Lisa en-US_Michael en-US_Olivia es-ES_Enrique es-ES_Laura es-LA_Sofia es-US_Sofia "
    "fr-CA_Louise fr-FR_Nicolas fr-FR_Renee it-IT_Francesca ja-JP_Emi ko-KR_Jin nl-NL_Merel pt-BR_Isabela"
)
VOICES = frozenset(
    [f"{name}Natural" for name in _NATURAL.split()]
    + [f"{name}Expressive" for name in _EXPRESSIVE.split()]
    + [f"{name}V3Voice" for name in _ENHANCED.split()]
)
DEFAULT_VOICE = "en-US_MichaelV3Voice"


def has_low_latency(model: str) -> bool:
    """Of the large speech models only the American one."""
    return model.endswith("_Telephony") or model == "en-US"


def voice_named(name: str) -> str | None:
    """Old names such as `en-US_LisaVoice` mean the enhanced voice."""
    if name.endswith("Voice") and not name.endswith("V3Voice"):
        name = name.removesuffix("Voice") + "V3Voice"
    return name if name in VOICES else None


def describe_model(name: str, url: str) -> dict[str, Any]:
    return {
        "name": name,
        "language": name[:5],
        "rate": MODELS[name],
        "url": f"{url}/v1/models/{name}",
        "supported_features": {
            "custom_language_model": True,
            "custom_acoustic_model": False,
            "speaker_labels": True,
            "low_latency": has_low_latency(name),
        },
        "description": f"Emulated model {name}.",
    }


def describe_voice(name: str, url: str) -> dict[str, Any]:
    return {
        "name": name,
        "language": name[:5],
        "gender": "female",
        "customizable": True,
        "supported_features": {"voice_transformation": False, "custom_pronunciation": True},
        "url": f"{url}/v1/voices/{name}",
        "description": f"Emulated voice {name}.",
    }
