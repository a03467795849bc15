"""What was given in confidence, and is hidden in all that is sent elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

SHORTEST, LONGEST = 3, 100  # letters and digits: fewer are part of everything
HIDDEN = "•"
MOST = 100


class Confided:
    """Of one call."""

    def __init__(self) -> None:
        self._secrets: dict[str, re.Pattern[str]] = {}

    def keep(self, said: str) -> None:
        """This was said or keyed in confidence: whoever repeats it, it is hidden, however it is spaced."""
        secret = "".join(re.findall(r"[^\W_]", said))
        if SHORTEST <= len(secret) <= LONGEST and len(self._secrets) < MOST:
            self._secrets[secret] = re.compile(r"[\W_]{0,3}".join(map(re.escape, secret)), re.IGNORECASE)

    def without(self, text: str) -> str:
        for secret, form in self._secrets.items():
            text = form.sub(HIDDEN * len(secret), text)
        return text

    def without_in(self, value: Any) -> Any:
        """The same of all texts and numbers in what JSON can hold."""
        if not self._secrets or isinstance(value, bool) or value is None:
            return value
        if isinstance(value, str):
            return self.without(value)
        if isinstance(value, Mapping):
            return {name: self.without_in(each) for name, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.without_in(each) for each in value]
        written = str(value)
        return value if (hidden := self.without(written)) == written else hidden
