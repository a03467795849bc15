"""Which option the caller chose, by voice or by keys, and of which list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, NamedTuple

from ...contract.actions import Choice, Offer
from ...contract.texts import spoken_words

MORE = "…"  # behind a key that a mask has hidden: it may begin a longer one
AGAIN = "again"  # stands for words that a mask has hidden: they only repeat what was chosen


class Stood(NamedTuple):
    """The list that stood when something began to be said. `late`: a key had chosen from it already, and
    nothing was heard since."""

    offer: Offer | None = None
    late: bool = False


NONE = Stood()


class _Over(NamedTuple):
    offer: Offer
    until: float
    choice: Choice | None
    by_key: bool


@dataclass(slots=True)
class Lists:
    """The list that stands and the one before it. `wait`: seconds to wait for another key, where it could
    still be one of the list. `keys`: those that were pressed so far."""

    wait: float
    keys: str = ""
    since: float = 0.0  # when the last of `keys` was pressed
    _offer: Offer | None = None
    _stands_since: float = 0.0
    _over: _Over | None = None
    _moved_on: float = inf  # when the caller heard something new after it
    _ended: float = -inf  # when the keys were complete: a "#" may follow them

    def stand(self, offer: Offer, now: float) -> None:
        self.close(now)
        self._offer, self._stands_since = offer, now

    def close(self, now: float, choice: Choice | None = None, *, by_key: bool = False) -> None:
        """A turn was made, so the list is over."""
        if self._offer is not None:
            self._over, self._moved_on = _Over(self._offer, now, choice, by_key), inf
        self._offer, self.keys = None, ""

    def move_on(self, now: float) -> None:
        """The caller hears something new."""
        self._moved_on = min(self._moved_on, now)

    @property
    def stands(self) -> bool:
        return self._offer is not None

    # --- by voice

    def current(self) -> Stood:
        """The list that belongs to what is said now."""
        if self._offer is None and self._over is not None and self._over.by_key and self._moved_on == inf:
            return Stood(self._over.offer, late=True)
        return Stood(self._offer)

    def at(self, when: float) -> Stood:
        """The list that belongs to what was said at `when`."""
        if self._offer is not None and when >= self._stands_since:
            return Stood(self._offer)
        if self._over is not None and when < self._over.until:
            return Stood(self._over.offer)
        if self._over is not None and self._over.by_key and when < self._moved_on:
            return Stood(self._over.offer, late=True)
        return NONE

    def repeats(self, text: str, stood: Stood, *, final: bool) -> bool:
        """Whether the text only repeats a choice that was made, or was said while a key made it."""
        over = self._over
        if over is None or over.choice is None or over.offer is not stood.offer:
            return False
        named = _named(over.offer, text, final=final)
        return any(choice is over.choice or (over.by_key and not stood.late) for choice in named)

    def choose_by_voice(self, text: str, stood: Stood, now: float) -> Mapping[str, Any] | None:
        """The input of the option that was named; None: what was said is sent as it is."""
        choice = None if stood.offer is None or stood.late else chosen_by_voice(stood.offer, text)
        self.close(now, choice)
        return None if choice is None else choice.input

    # --- by keys

    def begins_longer(self, key: str) -> bool:
        """Whether with more keys behind it, it could still be one of the list."""
        keys = self.keys + key
        choices = () if self._offer is None else self._offer.choices
        return key.endswith(MORE) or any(
            len(each.key) > len(keys) and each.key.startswith(keys) for each in choices
        )

    def press(self, key: str, at: float) -> str | None:
        """The keys that are complete with this one; None: more may follow."""
        if key == "#" and self.keys:
            return self.keys
        if self.begins_longer(key):
            self.keys, self.since = self.keys + key.removesuffix(MORE), at
            return None
        return self.keys + key

    @property
    def until(self) -> float:
        """Until when `keys` wait for another."""
        return self.since + self.wait

    def goes_on(self, key: str, at: float) -> bool:
        """Whether the key can belong to those that were pressed before."""
        return key not in "*ABCD" and at <= self.until

    def choose_by_keys(self, keys: str, at: float, now: float) -> Mapping[str, Any] | None:
        """The input of the option with these keys; None: they are sent as they are."""
        choices = () if self._offer is None else self._offer.choices
        if any(len(each.key) > 1 for each in choices):
            self._ended = at
        choice = next((each for each in choices if each.key == keys), None)
        self.close(now, choice, by_key=True)
        return None if choice is None else choice.input

    def trails(self, key: str, at: float) -> bool:
        """Whether the key is a "#" that only ends keys which were complete without it."""
        return key == "#" and self._offer is None and at <= self._ended + self.wait


def chosen_by_voice(offer: Offer, text: str) -> Choice | None:
    return next(_named(offer, text, final=True), None)


def _named(offer: Offer, text: str, *, final: bool) -> Iterator[Choice]:
    """The choices that `text` names, or may still come to name where it is not `final`."""
    said = _plain(text)
    for choice in offer.choices:
        phrases = map(_plain, choice.phrases)
        if said and any(phrase == said or (not final and phrase.startswith(said)) for phrase in phrases):
            yield choice


def _plain(text: str) -> str:
    return " ".join(spoken_words(text))
