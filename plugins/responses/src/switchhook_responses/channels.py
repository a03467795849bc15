"""Whether a response is meant for a telephone at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

TELEPHONE = {"voice_telephony", "genesys_audio_connector"}
"""IBM's name for its phone channel, and the integration that stands in for it here."""


class Named(Protocol):
    @property
    def channel(self) -> str: ...


class Channelled(Protocol):
    @property
    def channels(self) -> Sequence[Named]: ...


class Optional(Protocol):
    @property
    def channel_options(self) -> Mapping[str, Any]: ...


def is_for_telephone(response: Channelled) -> bool:
    """A response that names no channel is for all of them."""
    return not response.channels or any(each.channel in TELEPHONE for each in response.channels)


def output_variables(response: Optional) -> dict[str, Any]:
    """`channel_options.genesys_audio_connector.output_variables`, as IBM's later product has them."""
    options = response.channel_options.get("genesys_audio_connector")
    variables = options.get("output_variables") if isinstance(options, dict) else None
    return dict(variables) if isinstance(variables, dict) else {}
