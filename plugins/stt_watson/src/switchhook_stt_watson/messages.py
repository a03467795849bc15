"""What the service says, read without trust: text in, messages out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_RESULTS = 1000  # in one message

# how the service's errors begin that say nothing against the request
PASSING = ("session timed out", "no speech detected")


@dataclass(frozen=True)
class Listening:
    """A start or a stop has been dealt with."""


@dataclass(frozen=True)
class Warned:
    text: str


@dataclass(frozen=True)
class Refused:
    """The service closes the connection after it. It gives no code, so its words tell which kind it is."""

    text: str

    @property
    def is_passing(self) -> bool:
        """Nothing is wrong with what was asked for."""
        return self.text.lower().startswith(PASSING)

    @property
    def is_about_models(self) -> bool:
        return "model" in self.text.lower()

    def lacks(self, model: str) -> bool:
        """The service does not have this model."""
        return model in self.text and "not found" in self.text


@dataclass(frozen=True)
class Garbage:
    """Nothing that the service would say."""


@dataclass(frozen=True)
class Began:
    """`at` in seconds of audio since the start message, like all times in messages."""

    at: float


@dataclass(frozen=True)
class Words:
    """`start` and `end`: None where the service does not say."""

    text: str
    final: bool
    start: float | None
    end: float | None
    confidence: float | None
    raw: Mapping[str, Any]


Message = Listening | Warned | Refused | Garbage | list[Began | Words]


def read(text: str) -> Message:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return Garbage()
    match said:
        case {"error": problem}:
            return Refused(str(problem)[:500])
        case {"results": [*results]}:
            return _results(said, results[:MOST_RESULTS])
        case {"state": "listening"}:
            return Listening()
        case {"warnings": warnings}:
            return Warned(str(warnings)[:500])
    # metrics, labels of speakers, and what is still to come
    return [] if isinstance(said, dict) else Garbage()


def _results(said: Mapping[str, Any], results: list[Any]) -> list[Began | Words]:
    found: list[Began | Words] = []
    index = said.get("result_index", 0)
    for result in results:
        if not isinstance(result, dict):
            continue
        if isinstance(event := result.get("speech_begin_event"), dict):
            found.append(Began(_number(event.get("begin")) or 0.0))
        elif words := _words(result, index):
            found.append(words)
    return _interims_joined(found)


def _words(result: Mapping[str, Any], index: object) -> Words | None:
    alternatives = result.get("alternatives")
    best = alternatives[0] if isinstance(alternatives, list) and alternatives else None
    if not isinstance(best, dict) or not isinstance(best.get("transcript"), str):
        return None
    final = result.get("final") is True
    stamps = best.get("timestamps")
    return Words(
        text=" ".join(best["transcript"].replace("%HESITATION", " ").split()),
        final=final,
        start=_stamp(stamps, 0, 1),
        end=_stamp(stamps, -1, 2),
        confidence=_number(best.get("confidence")),
        raw={"result_index": index, "results": [result]} if final else {},
    )


def _interims_joined(found: list[Began | Words]) -> list[Began | Words]:
    """An interim replaces the one before it, so several at a time are parts of one."""
    joined: list[Began | Words] = []
    for each in found:
        last = joined[-1] if joined else None
        if isinstance(each, Words) and isinstance(last, Words) and not (each.final or last.final):
            start = each.start if last.start is None else last.start
            joined[-1] = Words(f"{last.text} {each.text}".strip(), False, start, each.end, None, {})
        else:
            joined.append(each)
    return joined


def _stamp(stamps: object, word: int, side: int) -> float | None:
    """Each is a word, its start and its end."""
    try:
        return _number(stamps[word][side])  # type: ignore[index]  # what it is not, it does not do
    except (LookupError, TypeError):
        return None


def _number(value: object) -> float | None:
    """Finite and not negative: infinity would be no position."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e9 else None  # type: ignore[operator,arg-type]  # is_number
