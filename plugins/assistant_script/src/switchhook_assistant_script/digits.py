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
REPEATS = {"double": 2, "treble": 3, "triple": 3, "quadruple": 4}
POWERS = {"hundred": 100, "thousand": 1000}
SOUNDS_ALIKE = frozenset(("oh", "o", "won", "to", "too", "tree", "for", "fore", "fife", "sicks", "ate", "a"))
"""They are digits beside other digits; within a sentence they are mostly what they are written as."""
_FILLERS = (  # s, m, d, ll: of it's, I'm, I'd, I'll
    "my the pin number code it is s m d ll and please um uh er hm so well ok okay yes yeah yep sure "
    "right no sorry that thats this its i think guess believe thanks thank you hello hi here there goes "
    "go we let me see account customer card member order would like want take"
)
FILLERS = frozenset(_FILLERS.split())


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
        return _within_a_sentence(slot, text)
    for digits in (held + said, said):
        if slot.shortest <= len(digits) <= slot.longest:
            return Collected(digits, complete=True)
    return Collected(held + said, complete=False) if len(held + said) < slot.shortest else None


def _within_a_sentence(slot: Digits, text: str) -> Collected | None:
    """The last number that is one for the slot: who says two of them corrects the first. A single digit
    may be a word of any sentence."""
    for digits in reversed(_numbers(_tokens(text))):
        if len(digits) > 1 and slot.shortest <= len(digits) <= slot.longest:
            return Collected(digits, complete=True)
    return None


def spoken_digits(text: str) -> str | None:
    """What was said as figures: 4402 for "double four, oh two". None where anything else was said."""
    said = _tokens(text)
    tokens = [word for word in said if word not in FILLERS]
    if len(tokens) < len(said) and SOUNDS_ALIKE.issuperset(tokens):
        return None  # "I want to go for it"
    found = _Number(tokens)
    return found.digits if found.digits and not found.left else None


def _tokens(text: str) -> list[str]:
    text = re.sub(r"\ba (?=hundred\b|thousand\b)", "one ", text.casefold())
    return re.findall(r"\d|[^\W\d_]+", text)


def _numbers(tokens: list[str]) -> list[str]:
    """Each number of a sentence, as its digits. Words that only sound like digits begin and end none."""
    found: list[str] = []
    run: list[str] = []
    for word in [*tokens, ""]:
        if _is_of_a_number(word) or (run and word in ("and", "um", "uh", "er")):
            run.append(word)
            continue
        while run and (run[0] in SOUNDS_ALIKE or run[0] in FILLERS):
            del run[0]
        while run and (run[-1] in SOUNDS_ALIKE or run[-1] in FILLERS):
            run.pop()
        number = _Number([each for each in run if each not in FILLERS])
        found += [number.digits] if number.digits and not number.left else []
        run = []
    return found


def _is_of_a_number(word: str) -> bool:
    return word.isdecimal() or any(word in words for words in (UNITS, TEENS, TENS, REPEATS, POWERS))


class _Number:
    """Reads words from the first to the one that is of no number; `left` are those from there on."""

    def __init__(self, words: list[str]) -> None:
        self.left = words[::-1]
        found: list[str] = []
        while (digits := self._next()) is not None:
            found.append(digits)
        self.digits = "".join(found)

    def _next(self) -> str | None:
        """The digits of the next word, or of those that belong together: 42 for "forty two"."""
        if times := REPEATS.get(self._word(), 0):
            word = self.left.pop()
            digit = _digits(self._word())
            if digit is None:
                self.left.append(word)
                return None
            self.left.pop()
            return digit * times
        small = self._below_hundred()
        return small if small is None or self._word() not in POWERS else self._of_powers(int(small))

    def _of_powers(self, value: int) -> str:
        """ "two thousand three hundred and five", from its first thousand or hundred on."""
        total = 0
        while self._word() in POWERS:
            power = POWERS[self.left.pop()]
            rest = self._below_hundred()
            value, total = int(rest or 0), (total + value) * power if power > 100 else total + value * power
            if rest is None:
                value = 0
        return str(total + value)

    def _below_hundred(self) -> str | None:
        word = self._word()
        if word in TENS:
            self.left.pop()
            unit = UNITS.get(self._word(), "0")
            if unit != "0":
                self.left.pop()
            return TENS[word] + unit
        digits = _digits(word)
        if digits is not None:
            self.left.pop()
        return digits

    def _word(self, number: int = 1) -> str:
        return self.left[-number] if len(self.left) >= number else ""


def _digits(word: str) -> str | None:
    return str(int(word)) if word.isdecimal() else UNITS.get(word) or TEENS.get(word)
