"""Words that any voice says as `say-as` asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from .numbers import apart, characters, telephone

NUMBER = re.compile(r"[0-9]{1,15}")
DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
ENDINGS = {"1": "st", "2": "nd", "3": "rd"}


def spoken_as(words: str, asked: Mapping[str, str], language: str) -> tuple[str, str]:
    """The words to say, and a remark if they are not as was asked for."""
    kind = asked.get("interpret-as", "").strip().lower().removeprefix("vxml:")
    kind = asked.get("format", "").strip().lower() if kind == "number" and "format" in asked else kind
    known = KINDS.get(kind)
    if known is not None:
        return known(words), ""
    if kind == "ordinal":
        return _ordinal(words, language)
    if kind == "date" and DAY.fullmatch(words):
        words = DAY.sub(r"\1-\2-\3", words)
    named = any(map(str.isdigit, words))
    return words, "say-as: a date, time or amount was left to the voice" if named else ""


def _cardinal(words: str) -> str:
    return words.lstrip("0") or "0" if NUMBER.fullmatch(words) else words


def _ordinal(words: str, language: str) -> tuple[str, str]:
    """In English a number has an ending for it; other languages are left to the voice."""
    if not NUMBER.fullmatch(words):
        return words, ""
    number = words.lstrip("0") or "0"
    if language.partition("-")[0].lower() not in ("en", ""):
        return number, "an ordinal was left to the voice as a number"
    teens = number[-2:-1] == "1"
    return number + ("th" if teens else ENDINGS.get(number[-1], "th")), ""


KINDS: Mapping[str, Callable[[str], str]] = {
    **dict.fromkeys(("digits", "digit"), apart),
    **dict.fromkeys(("characters", "character", "letters", "spell-out", "spell", "verbatim"), characters),
    **dict.fromkeys(("telephone", "phone", "tel"), telephone),
    **dict.fromkeys(("cardinal", "number", "integer"), _cardinal),
}
