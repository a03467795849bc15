"""Digits as callers say and key them. Words that only sound like digits count here and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .format import Digits

UNITS = {
    **dict.fromkeys(("zero", "oh", "o", "nought", "naught"), "0"),
    **dict.fromkeys(("one", "won"), "1"),
    **dict.fromkeys(("two", "to", "too"), "2"),
    **dict.fromkeys(("three", "tree"), "3"),
    **dict.fromkeys(("four", "for", "fore"), "4"),
    **dict.fromkeys(("five", "fife"), "5"),
    **dict.fromkeys(("six", "sicks"), "6"),
    **dict.fromkeys(("seven",), "7"),
    **dict.fromkeys(("eight", "ate"), "8"),
    **dict.fromkeys(("nine", "niner"), "9"),
}
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TEENS = {word: str(number) for number, word in enumerate(_TEENS.split(), 10)}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
TENS = {word: str(number) for number, word in enumerate(_TENS.split(), 2)}
REPEATS = {"double": 2, "triple": 3}
FILLERS = frozenset(
    ("my", "the", "pin", "number", "code", "it", "is", "s", "and", "please", "um", "uh", "er")  # s: of it's
)


class Collected(NamedTuple):
    digits: str
    complete: bool


def collect_keyed(slot: Digits, held: str, keys: str) -> Collected | None:
    """`held` and what was keyed now; `#` ends it. None: no answer to the slot."""
    match = re.fullmatch(r"([0-9]*)(#?)", keys)
    digits = held + match[1] if match else ""
    if not match or len(digits) > slot.longest or (match[2] and len(digits) < slot.shortest):
        return None
    return Collected(digits, bool(match[2]) or len(digits) == slot.longest)


def collect_spoken(slot: Digits, held: str, text: str) -> Collected | None:
    """People pause within a number: too few digits are held until the rest is said. None: no answer to the
    slot."""
    said = spoken_digits(text)
    if said is None:
        return None
    for digits in (held + said, said):
        if slot.shortest <= len(digits) <= slot.longest:
            return Collected(digits, complete=True)
    return Collected(held + said, complete=False) if len(held + said) < slot.shortest else None


def spoken_digits(text: str) -> str | None:
    """What was said as figures: 4402 for "double four, oh two". None where anything else was said."""
    found: list[str] = []
    tokens = [word for word in re.findall(r"\d|[^\W\d_]+", text.casefold()) if word not in FILLERS]
    tokens.reverse()
    while tokens:
        word = tokens.pop()
        times = REPEATS.get(word, 1)
        if times > 1:
            word = tokens.pop() if tokens else ""
        digits = _digits(word) if times > 1 or word not in TENS else _tens(word, tokens)
        if digits is None:
            return None
        found.append(digits * times)
    return "".join(found) or None


def _digits(word: str) -> str | None:
    return str(int(word)) if word.isdecimal() else UNITS.get(word) or TEENS.get(word)


def _tens(word: str, following: list[str]) -> str:
    """42 for "forty two", 40 for "forty" alone."""
    unit = UNITS.get(following[-1], "0") if following else "0"
    if unit != "0":
        following.pop()
    return TENS[word] + unit
