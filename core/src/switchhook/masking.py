"""What logs, records and event files may show of a caller."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

HIDDEN = "•••"
DIGIT = "•"
_NUMBER_WORDS = (
    "zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million double triple"
)
_NUMBERS = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS.split())})\b|\d", re.IGNORECASE)


class Mask:
    """Everything is hidden but what a connector's `unmask` names: transcripts, variables, digits."""

    def __init__(self, shown: Collection[str] = (), language: str = "en") -> None:
        self._shown = frozenset(shown)
        self._english = language.lower().startswith("en")

    def words(self, text: str) -> str:
        """Something said; numbers in it are digits, spelled out or not. Those of other languages than
        English are not known by name, so there all is hidden unless digits are shown too."""
        digits = "digits" in self._shown
        if "transcripts" not in self._shown or not (digits or self._english):
            return HIDDEN if text else ""
        return text if digits else _NUMBERS.sub(DIGIT, text)

    def digits(self, keys: str) -> str:
        return keys if "digits" in self._shown else DIGIT * len(keys)

    def variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Names stay."""
        return dict(variables) if "variables" in self._shown else dict.fromkeys(variables, HIDDEN)

    def number(self, address: str) -> str:
        """A telephone number is a variable like any other."""
        return address if "variables" in self._shown or not address else HIDDEN
