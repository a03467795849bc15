"""What a speech engine is asked for, and what it makes of it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable

from switchhook import LanguageUnknown, Parameters

from .endpoint import HANG

logger = logging.getLogger(__name__)

SILENCE = "end_of_phrase_silence_time"  # IBM's name for the hang time
SHORTEST_HANG, LONGEST_HANG = 0.2, 5.0  # below, words are cut in two; above, nobody is answered

MOST_NAMES = 100  # parameter names come from outside; so many are remembered


class Ignored:
    """Tells once of each parameter that an engine does not use, by its name only."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._told: set[str] = set()

    def tell(self, names: Iterable[str]) -> None:
        for name in names:
            short = ascii(name)[:60]
            if short not in self._told and len(self._told) < MOST_NAMES:
                self._told.add(short)
                logger.warning("%s ignores the parameter %s", self._engine, short)


def hang_time(parameters: Parameters, ignored: Ignored) -> float | None:
    """How long a silence ends an utterance, in seconds; None if nothing usable is said of it."""
    ignored.tell(name for name in parameters if name != SILENCE)
    value = parameters.get(SILENCE)
    if value is None:
        return None
    # a bool is an int for Python, and a NaN is no number for anybody
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:  # noqa: PLR0124  # NaN
        ignored.tell([SILENCE])
        return None
    return min(max(float(value), SHORTEST_HANG), LONGEST_HANG)


def initial_hang(parameters: Parameters, ignored: Ignored) -> float:
    hang = hang_time(parameters, ignored)
    return HANG if hang is None else hang


def match_language(language: str, known: Collection[str]) -> str | None:
    """The one of `known` that fits best: the same, else one of the same language ("en-AU": "en-US")."""
    wanted = language.replace("_", "-").lower()
    exact = [one for one in known if one.lower() == wanted]
    similar = [one for one in known if one.lower().split("-")[0] == wanted.split("-")[0]]
    return next(iter(exact + similar), None)


def require_language(engine: str, language: str, known: Collection[str]) -> str:
    """Raises LanguageUnknown with what there is."""
    match = match_language(language, known)
    if match is None:
        raise LanguageUnknown(
            f"{engine} knows the languages {', '.join(known)}, got {language!r}; use another engine for it",
            reason=f"{engine} does not know the language",
        )
    return match
