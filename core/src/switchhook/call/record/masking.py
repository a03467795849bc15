"""What logs, records and event files may show of a caller."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from ...contract.assistant import Turn

HIDDEN = "•••"
DIGIT = "•"
SHORTEST_SECRET = 3  # digits, or words: fewer are part of everything
LONGEST_SECRET = 100  # words: a number has fewer
_NUMBER_WORDS = (
    "zero oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million double triple treble"
)
_DIGIT_WORDS = {word: str(digit) for digit, word in enumerate(_NUMBER_WORDS.replace("oh ", "").split()[:10])}
_DIGIT_WORDS["oh"] = "0"
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_NUMBERS = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS.split())})\b|\d", re.IGNORECASE)
_MEANING_MORE = ("one", "oh")  # "one moment", "oh I see"
_GOES_ON = re.compile(r"\s+(?!(?:and|or|then|plus|minus|um|uh|er)\b)[^\W\d]")  # within the same breath


class Mask:
    """Everything is hidden but what a connector's `unmask` names: transcripts, variables, digits."""

    def __init__(self, shown: Collection[str] = (), language: str = "en", own: Collection[str] = ()) -> None:
        """`own`: texts of the configuration, which tell nothing of a caller."""
        self._own = frozenset(own)
        self._shown = frozenset(shown)
        self._language = language
        self._english = language.lower().startswith("en")
        self._secrets: set[str] = set()

    def speak(self, language: str) -> None:
        """From now on this language is spoken."""
        self._language, self._english = language, language.lower().startswith("en")

    def of_call(self) -> Mask:
        """The same for one call, which has secrets of its own."""
        return Mask(self._shown, self._language, self._own)

    def keep(self, said: str) -> None:
        """This was said or keyed in confidence. Where it is repeated, or the number in it, it is hidden,
        whatever is shown."""
        number, spelt = _number_in(said)
        if len(number) >= SHORTEST_SECRET:
            self._secrets |= {number, spelt}
        words = re.findall(r"[^\W_]+", said)
        if SHORTEST_SECRET <= len(words) <= LONGEST_SECRET:
            self._secrets.add("".join(words))  # numbers of other languages among them

    def turn(self, turn: Turn, sensitive: bool) -> str:
        """What the caller's side of it was."""
        match turn.kind:
            case "digits":
                return DIGIT * len(turn.text) if sensitive else self.digits(turn.text)
            case "speech" if sensitive:
                return HIDDEN
            case "start" | "speech":
                return self.words(turn.text)
            case _:
                return turn.text  # reserved words that nobody has said

    def without_secrets(self, text: str) -> str:
        """The same text, without what was given in confidence, even if a number is read out digit by
        digit."""
        for secret in self._secrets:
            form = r"[\W_]{0,3}".join(map(re.escape, secret))
            text = re.sub(form, DIGIT * len(secret), text, flags=re.IGNORECASE)
        return text

    def repeats(self, text: str) -> bool:
        """Whether something in it was given in confidence."""
        return self.without_secrets(text) != text

    def said(self, text: str) -> str:
        """Something that the bot says."""
        return text if text in self._own else self.words(text)

    def words(self, text: str) -> str:
        """Something said. Numbers in it count as digits, even if they are spelled out. Number words are known
        in English only: in other languages all is hidden unless digits are shown too."""
        digits = "digits" in self._shown
        if "transcripts" not in self._shown or not (digits or self._english):
            return HIDDEN if text else ""
        return self.without_secrets(text) if digits else _without_numbers(text)

    def digits(self, keys: str) -> str:
        return keys if "digits" in self._shown else DIGIT * len(keys)

    def variables(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Names of variables are always shown."""
        if "variables" not in self._shown:
            return dict.fromkeys(variables, HIDDEN)
        kept = {name: self.without_secrets(str(value)) == str(value) for name, value in variables.items()}
        return {name: value if kept[name] else HIDDEN for name, value in variables.items()}

    def number(self, address: str) -> str:
        """A telephone number is a variable like any other."""
        return address if "variables" in self._shown or not address else HIDDEN


def _without_numbers(text: str) -> str:
    shown, done, before = [], 0, False  # `before`: a number ends where `done` is
    for number in _NUMBERS.finditer(text):
        between = text[done : number.start()]
        before = before and not between.strip(" ,.-")
        follows = _GOES_ON.match(text, number.end())
        alone = follows and not before and not _NUMBERS.match(text, follows.end() - 1)
        is_word = number[0].lower() in _MEANING_MORE and alone
        shown += [between, number[0] if is_word else DIGIT]
        done, before = number.end(), not is_word
    return "".join([*shown, text[done:]])


def _number_in(said: str) -> tuple[str, str]:
    """The number in digits, and in the words in which it was said, without spaces. Words are understood one
    by one, in English."""
    digits, spelt, times = "", "", 1
    for word in re.findall(r"\d|[^\W\d_]+", said.lower()):
        times_next = _TIMES.get(word, 1)
        if (digit := _DIGIT_WORDS.get(word, word if word.isdecimal() else "")) or times_next > 1:
            digits, spelt = digits + digit * times, spelt + word
        times = times_next
    return digits, spelt
