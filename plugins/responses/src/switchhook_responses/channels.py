"""Whether a response is meant for a telephone at all."""

from __future__ import annotations

from switchhook import EndSessionResponse, OptionResponse, TextResponse

TELEPHONE = {"voice_telephony", "genesys_audio_connector"}
"""IBM's name for its phone channel, and the integration that stands in for it here."""


def is_for_telephone(response: TextResponse | OptionResponse | EndSessionResponse) -> bool:
    """A response that names no channel is for all of them."""
    return not response.channels or any(each.channel in TELEPHONE for each in response.channels)
