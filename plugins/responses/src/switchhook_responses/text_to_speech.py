"""`text_to_speech`: how the bot speaks, and whether speech interrupts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from switchhook import Action, ConfigureSynthesis, Remark, SetBargeIn, TextToSpeechResponse, hookimpl

from .channels import is_for_telephone
from .commands import strategy_of

FIXED = frozenset(("accept",))
"""The line decides."""


@hookimpl(trylast=True)
def handle_text_to_speech(response: TextToSpeechResponse) -> list[Action]:
    if not is_for_telephone(response):
        return []
    match response.command_info.type:
        case "configure":
            return list(configure(response.command_info.parameters))
        case "disable_barge_in" | "enable_barge_in" as command:
            return [SetBargeIn(speech=command.startswith("enable"))]
        case other:
            return [Remark(f"text_to_speech: there is no command {other[:40]!r}")]


def configure(given: Mapping[str, Any]) -> Iterator[Action]:
    asked = given.get("synthesize")
    if not isinstance(asked, Mapping):
        yield Remark("text_to_speech configure: expected synthesize")
        return
    refused = sorted(FIXED & set(asked))
    if refused:
        yield Remark(f"text_to_speech configure: {', '.join(refused)} cannot be set")
    kept = {name: value for name, value in asked.items() if name not in FIXED}
    yield ConfigureSynthesis(kept, strategy_of(given))
