"""`speech_to_text`: how the caller is heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from switchhook import Action, ConfigureRecognition, Remark, SpeechToTextResponse, hookimpl

from .channels import is_for_telephone
from .commands import strategy_of

FIXED = frozenset(
    ("action", "content-type", "content_type", "interim_results", "continuous", "inactivity_timeout")
)
"""Parameters that a phone channel sets by itself."""


@hookimpl(trylast=True)
def handle_speech_to_text(response: SpeechToTextResponse) -> list[Action]:
    if not is_for_telephone(response):
        return []
    if response.command_info.type != "configure":
        return [Remark(f"speech_to_text: there is no command {response.command_info.type[:40]!r}")]
    return list(configure(response.command_info.parameters))


def configure(given: Mapping[str, Any]) -> Iterator[Action]:
    """Wideband settings are left out: they are for other lines than a telephone's."""
    asked = given.get("narrowband_recognize")
    if not isinstance(asked, Mapping):
        if "broadband_recognize" not in given:
            yield Remark("speech_to_text configure: expected narrowband_recognize")
        return
    refused = sorted(FIXED & set(asked))
    if refused:
        yield Remark(f"speech_to_text configure: {', '.join(refused)} cannot be set")
    kept = {name: value for name, value in asked.items() if name not in FIXED}
    yield ConfigureRecognition(kept, strategy_of(given))
