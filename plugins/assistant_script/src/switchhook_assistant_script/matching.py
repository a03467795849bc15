"""Which phrase comes closest to what was said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rapidfuzz import fuzz


def normal(text: str) -> str:
    """Words only, in lower case: what recognition adds of its own must not count."""
    return " ".join(re.findall(r"\w+", re.sub("['\u2019]", "", text.casefold())))


def closest(said: str, phrases: Iterable[tuple[str, str]], threshold: float) -> str | None:
    """The name of the nearest of (name, normal phrase), if it is near enough; of equals the first."""
    words, best, nearest = normal(said), threshold, None
    for name, phrase in phrases if words else ():
        score = fuzz.ratio(words, phrase, score_cutoff=threshold)
        if score > best or (score >= best and nearest is None):
            best, nearest = score, name
    return nearest
