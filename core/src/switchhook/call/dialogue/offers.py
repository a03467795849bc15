"""Which option the caller chose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...contract.actions import Offer


def chosen_by_key(offer: Offer, key: str) -> Mapping[str, Any] | None:
    """The input of the option with that key; None: the key is sent as it is."""
    return next((choice.input for choice in offer.choices if choice.key == key), None)


def chosen_by_voice(offer: Offer, text: str) -> Mapping[str, Any] | None:
    """The input of the option that was named; None: what was said is sent as it is."""
    said = _plain(text)
    for choice in offer.choices:
        if said in [_plain(phrase) for phrase in choice.phrases]:
            return choice.input
    return None


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
