"""Digits as callers say and key them. Words that only sound like digits count here and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .english import words_of

if TYPE_CHECKING:
    from .format import Digits

UNITS = {
    **dict.fromkeys(("zero", "oh", "o", "nought", "naught", "nil"), "0"),
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
PLURALS = {f"{word}s": digit for word, digit in UNITS.items()} | {"zeroes": "0", "sixes": "6"}
POWERS = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
SOUNDS_ALIKE = frozenset(("oh", "o", "won", "to", "too", "tree", "for", "fore", "fife", "sicks", "ate", "a"))
"""Beside other digits they are digits; within a sentence they mostly mean what is written."""
_FILLERS = (  # s, m, d, ll: of it's, I'm, I'd, I'll
    "my the pin number code it is s m d ll and please um uh er hm so well ok okay yes yeah yep sure "
    "right no sorry that thats this its i think guess believe thanks thank you hello hi here there goes "
    "go we let me see account customer card member order would like want take then be should option choose "
    "press select make say said again"
)
FILLERS = frozenset(_FILLERS.split())
JOINING = frozenset(("and", "then", "um", "uh", "er", "erm", "hm"))
"""They may be said within a number, and are no part of it."""
DENYING = frozenset(("not", "isn", "isnt", "wasn", "wasnt", "never", "wrong", "than"))
MEASURES = words_of(
    "dollars dollar euros euro pounds cents bucks percent times years year months weeks days hours hour "
    "minutes minute seconds o clock am pm miles kilometers people digits digit numbers questions accounts"
)
"""A number before one of them counts something, and is not the answer."""
POINTING = words_of("no that this which any some every another the right wrong")
"""After one of them, "one" is no number."""


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
    if said is None or (slot.shortest > 1 and not held and _is_exclaimed(text)):
        return _within_a_sentence(slot, text)
    for digits in (held + said, said, _once(said)):
        if slot.shortest <= len(digits) <= slot.longest:
            return Collected(digits, complete=True)
    return Collected(held + said, complete=False) if len(held + said) < slot.shortest else None


def _within_a_sentence(slot: Digits, text: str) -> Collected | None:
    """The last number that fits the slot: a caller who says two corrects the first. A single digit may be a
    word of any sentence."""
    for said in reversed(_numbers(_tokens(text))):
        for digits in (said, _once(said)):
            if len(digits) > 1 and slot.shortest <= len(digits) <= slot.longest:
                return Collected(digits, complete=True)
    return None


def _is_exclaimed(text: str) -> bool:
    return re.sub(r"\W", "", text.casefold()) in SOUNDS_ALIKE


def _once(digits: str) -> str:
    """The digits once, if they were said twice, to be sure."""
    half = len(digits) // 2
    return digits[:half] if half > 1 and digits[:half] == digits[half:] else digits


def spoken_digits(text: str) -> str | None:
    """The figures that were said: 4402 for "double four, oh two". None if anything else was said."""
    said = _tokens(text)
    tokens = [word for word in said if word not in FILLERS]
    if len(tokens) < len(said) and SOUNDS_ALIKE.issuperset(tokens):
        return None  # "I want to go for it"
    if tokens == ["one"] and POINTING.intersection(said[: said.index("one")][-1:]):
        return None  # "that one"
    found = _Number(tokens)
    return found.digits if found.digits and not found.left else None


def _tokens(text: str) -> list[str]:
    text = re.sub(r"\ba (?=hundred\b|thousand\b|million\b)", "one ", text.casefold())
    return re.findall(r"\d+|[^\W\d_]+", text)


def _numbers(tokens: list[str]) -> list[str]:
    """Each number of a sentence, as its digits. Words that only sound like digits begin and end none."""
    found: list[str] = []
    run: list[str] = []
    denied = False
    for word in [*tokens, ""]:
        if _is_of_a_number(word) or (run and word in JOINING):
            run.append(word)
            continue
        while run and (run[0] in SOUNDS_ALIKE or run[0] in FILLERS):
            del run[0]
        while run and (run[-1] in SOUNDS_ALIKE or run[-1] in FILLERS):
            run.pop()
        number = _Number([each for each in run if each not in FILLERS])
        if number.digits and not number.left:
            found += [] if denied or word in MEASURES else [number.digits]
            denied = False
        denied, run = denied or word in DENYING, []
    return found


def _is_of_a_number(word: str) -> bool:
    return word.isdecimal() or any(word in words for words in (UNITS, PLURALS, TEENS, TENS, REPEATS, POWERS))


class _Number:
    """Reads words up to the first that belongs to no number; `left` are those from there on."""

    def __init__(self, words: list[str]) -> None:
        self.left = words[::-1]
        found: list[str] = []
        while (digits := self._next()) is not None:
            found.append(digits)
        self.digits = "".join(found)

    def _next(self) -> str | None:
        """The digits of the next word, or of those that belong together: 42 for "forty two"."""
        word = self._word()
        if times := REPEATS.get(word, 0):
            return self._repeated(times)
        if self._word(2) in PLURALS and (times := int(UNITS.get(word, "0"))) > 1:
            self.left.pop()
            return PLURALS[self.left.pop()] * times
        small = self._below_hundred()
        if small is None or len(small) > 3 or self._word() not in POWERS:
            return small
        return self._of_powers(int(small))

    def _repeated(self, times: int) -> str | None:
        """The figures of a word that is said several times. If they are written together, only the first is
        meant: "double 47" is 447."""
        named = self._word(2)
        digits = _digits(named)
        if digits is None:
            return None
        del self.left[-2:]
        return digits[0] * times + digits[1:] if named.isdecimal() else digits * times

    def _of_powers(self, group: int) -> str:
        """ "two thousand three hundred and five", from its first thousand or hundred on."""
        total = 0
        while self._word() in POWERS:
            power = POWERS[self.left.pop()]
            if power > 100:
                total, group = total + group * power, 0
            else:
                group *= power
            group += self._rest(power)
        return str(total + group)

    def _rest(self, power: int) -> int:
        """The words that belong to it, and not to the next number."""
        word = self._word()
        figures = word.isdecimal() and (len(word) >= len(str(power)) or word.startswith("0"))
        if figures or UNITS.get(word) == "0":
            return 0
        return int(self._below_hundred() or 0)

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
    if word.isdecimal():
        return "".join(str(int(figure)) for figure in word)
    return UNITS.get(word) or TEENS.get(word)
