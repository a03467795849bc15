"""Numbers that are names (of an account, a telephone, a parcel) are said digit by digit, in any language: a
voice that is given "0 0 1 7" has no choice. Amounts, dates, times and versions are left to the voice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONG = 6  # digits, from which a number is hardly an amount
SIGNIFICANT = 3  # digits of an amount that is written in full: 1500000
TELEPHONE = 7  # digits at least, in groups

# an account as its country writes it (ISO 13616), in groups of four or in one
IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
CLUSTER = re.compile(r"\(?\+?\d[\d() \u00a0\u202f./\u2010-\u2013\uff0d-]*+")
GROUP = re.compile(r"\d++")
PART = re.compile(r"(\d++)|([^\d]++)")
SPACES = frozenset((" ", "\u00a0", "\u202f"))
HYPHENS = frozenset(("-", "\u2010", "\u2011", "\u2012", "\u2013", "\uff0d"))
CLOSED = frozenset((*SPACES, *HYPHENS, ".", "/", "(", ")", ") ", " (", ")-", ")/", "-(", ") (", ".(", ")."))
# signs of currencies, and the codes and short names of those that are written most
CURRENCY = (
    "[$\u00a2-\u00a5\u20a0-\u20cf]|\\b(?:EUR|USD|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|RUB|UAH"
    "|ILS|AED|SAR|ZAR|BRL|MXN|ARS|CLP|COP|KRW|THB|SGD|HKD|MYR|IDR|PHP|VND|EGP|NGN|KES|PKR|BDT"
    "|z\u0142|K\u010d|kr|Ft|lei|Rs|\u0440\u0443\u0431|\u0433\u0440\u043d)\\b"
)
# behind a comma or a full stop with a space the number is the next of a list, or begins a sentence
MONEY_BEFORE = re.compile(rf"(?:{CURRENCY})\.?[ \u00a0\u202f]?$|(?:\d[,:]|[.])$")
MONEY_BEHIND = re.compile(
    rf"[.,:]\d|[ \u00a0\u202f]?(?:[%\u2030\u00b0]|{CURRENCY}|(?i:euros?|dollars?|pounds?)\b)"
)
AROUND = 9  # characters that these look at
SEPARATORS = re.compile(r"[\s\u2010-\u2013\uff0d/.()-]+")


def with_digits_apart(text: str) -> str:
    """The text, with such numbers as digits and spaces; a comma between the groups of a telephone number."""
    return CLUSTER.sub(_cluster, IBAN.sub(_account, text))


def apart(text: str) -> str:
    """Each character by itself, and a comma between groups."""
    return ", ".join(" ".join(group) for group in SEPARATORS.split(text) if group)


def characters(text: str) -> str:
    """The text letter by letter, in capitals: a voice may take a small letter for a word."""
    return " ".join(each.upper() if len(each.upper()) == 1 else each for each in "".join(text.split()))


def telephone(text: str) -> str:
    """Small letters are a word, such as that before an extension; the rest goes sign by sign."""
    number = text.strip()
    number = number[4:].lstrip() if number[:4].lower() == "tel:" else number
    plus = "+" * number.startswith("+")
    groups = filter(None, SEPARATORS.split(number.removeprefix("+")))
    return plus + ", ".join(group if group.islower() else " ".join(group) for group in groups)


def _account(found: re.Match[str]) -> str:
    groups = found[0].split(" ")
    for end in range(len(groups), 0, -1):  # what follows may look like a part of it
        signs = "".join(groups[:end])
        if len(signs) >= 15 and int("".join(str(int(each, 36)) for each in signs[4:] + signs[:4])) % 97 == 1:
            told = ", ".join(" ".join(signs[at : at + 4]) for at in range(0, len(signs), 4))
            return " ".join([told, *groups[end:]])
    return found[0]


@dataclass(frozen=True, slots=True)
class _Chain:
    """Groups of digits that may belong together, as 0 to 9, and what stands between them."""

    groups: Sequence[str]
    between: Sequence[str]
    plus: bool
    bracket: bool

    @property
    def lengths(self) -> list[int]:
        return [len(group) for group in self.groups]

    @property
    def is_telephone(self) -> bool:
        total, signs = sum(self.lengths), {*"".join(self.between)}
        if total < TELEPHONE or not (self.plus or len(self.groups) > 1) or max(self.lengths) == 1:
            return False
        if self.plus or self.bracket or signs & {"(", ")"}:
            return True
        if all(len(group) == 4 and "1000" <= group < "2200" for group in self.groups) or self._is_date:
            return False
        if signs <= SPACES:
            return self._is_spaced
        if signs <= HYPHENS | SPACES:
            return not all(len(group.rstrip("0")) <= 2 for group in self.groups)
        return self._is_dotted if signs == {"."} else signs == {"/"} and self._has_area

    @property
    def is_apart(self) -> bool:
        """Its groups have nothing to do with each other."""
        signs = {*"".join(self.between)}
        return not (signs & {".", "/"} or self._is_date or (len(self.groups) > 1 and self._is_amount))

    @property
    def _is_date(self) -> bool:
        if len(self.groups) != 3:
            return False
        year = [number for number, length in enumerate(self.lengths) if length == 4]
        rest = [int(self.groups[number]) for number in range(3) if self.lengths[number] <= 2]
        if len(year) != 1 or year[0] == 1 or len(rest) != 2:
            return False
        return 0 < min(rest) <= 12 and max(rest) <= 31

    @property
    def _is_amount(self) -> bool:
        """Thousands in groups."""
        first, *others = self.lengths
        return first <= 3 and {*others} == {3}

    @property
    def _has_area(self) -> bool:
        return len(self.groups) == 2 and self.groups[0].startswith("0")

    @property
    def _is_spaced(self) -> bool:
        if self.groups[0].startswith("0"):
            return True
        if self._is_amount and (self.lengths[0] < 3 or _is_round("".join(self.groups))):
            return False
        if len(self.groups) == 2:
            return self.lengths == [3, 4]
        return max(self.lengths) >= 3 and min(self.lengths[1:]) >= 2

    @property
    def _is_dotted(self) -> bool:
        if self._is_amount or len(self.groups) == 2:
            return False
        return self.lengths[-1] == 4 or {*self.lengths} == {2}


def _cluster(found: re.Match[str]) -> str:
    text = found[0].rstrip(" \u00a0\u202f./\u2010\u2011\u2012\u2013-(")
    behind = found[0][len(text) :]
    start, end = found.start(), found.start() + len(text)
    before, after = found.string[max(0, start - AROUND) : start], found.string[end : end + AROUND]
    if MONEY_BEFORE.search(before) or MONEY_BEHIND.match(after):
        return found[0]
    made = "".join(_chains(text))
    if made == text:
        return found[0]
    left = " " if before[-1:].isalnum() else ""
    right = " " if after[:1].isalnum() else ""
    return f"{left}{made}{right}{behind}"


def _chains(text: str) -> Iterator[str]:
    """A chain ends where something stands between groups that no number has."""
    groups, between = list[str](), list[str]()
    lead = ""
    for digits, other in PART.findall(text):
        if digits:
            groups.append(digits)
        elif not groups:
            lead = other
        elif other in CLOSED:
            between.append(other)
        else:
            yield from _told(lead, groups, between)
            lead, groups, between = other, [], []
    yield from _told(lead, groups, between)


def _told(lead: str, groups: Sequence[str], between: Sequence[str]) -> Iterator[str]:
    trailing = between[len(groups) - 1 :]
    inner = between[: len(groups) - 1]
    if not groups:
        yield lead
        return
    chain = _Chain([*map(_plain, groups)], inner, lead.endswith("+"), lead.endswith("("))
    if chain.is_telephone:
        yield lead.rstrip("(") if not chain.plus else f"{lead[:-1].rstrip('(')}+"
        yield ", ".join(map(" ".join, groups))
        yield "".join(trailing).lstrip(")")
        return
    yield lead
    alone = chain.is_apart
    for number, group in enumerate(groups):
        yield " ".join(group) if alone and _is_name(chain.groups[number]) else group
        yield "".join(between[number : number + 1])


def _plain(digits: str) -> str:
    """The same ones as 0 to 9: many scripts have their own."""
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(each)) for each in digits)


def _is_name(digits: str) -> bool:
    zero = digits[0] == "0" and len(digits) > 1
    return zero or (len(digits) >= LONG and not _is_round(digits))


def _is_round(digits: str) -> bool:
    return len(digits.rstrip("0")) <= SIGNIFICANT
