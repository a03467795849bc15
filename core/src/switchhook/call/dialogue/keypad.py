"""Collects keys to a number, as the assistant has asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ...contract.actions import CollectDigits

MOST = 100  # keys of one number


class Collected(NamedTuple):
    """`succeeded`: as many digits as were asked for; else those that came."""

    digits: str
    succeeded: bool


@dataclass(slots=True)
class Keypad:
    """`asked`: what is collected now, if anything. `patience`: seconds for the next digit, once there is one;
    None: as long as for any input."""

    asked: CollectDigits | None = None
    digits: str = ""
    patience: float | None = None

    @property
    def begun(self) -> bool:
        return bool(self.digits)

    @property
    def ignores_speech(self) -> bool:
        return self.asked is not None and self.asked.ignore_speech and self.begun

    def arm(self, asked: CollectDigits) -> None:
        self.asked, self.digits, self.patience = asked, "", None

    def clear(self) -> None:
        self.asked, self.digits, self.patience = None, "", None

    def press(self, key: str) -> Collected | None:
        """The number that the key completes, if it does."""
        asked = self.asked
        if asked is None:
            return None
        if key == asked.termination_key:
            return Collected(self.digits, self.begun and len(self.digits) >= (asked.minimum or 0))
        self.digits, self.patience = self.digits + key, asked.inter_digit_timeout
        most = asked.count or asked.maximum or MOST
        return Collected(self.digits, succeeded=True) if len(self.digits) >= most else None

    def expire(self) -> Collected | None:
        """No more digits come in time. None: none had come."""
        if self.asked is None or not self.begun:
            return None
        least = self.asked.minimum
        return Collected(self.digits, least is not None and len(self.digits) >= least)
