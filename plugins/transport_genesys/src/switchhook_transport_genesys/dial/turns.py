"""Whose turn it is: the caller's script against what the bot is heard to do. No clock, no I/O."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

QUIET = 0xFF
# Loudness of a PCMU byte is its inverted lower seven bits; below 0x20 lies what is 38 dB under full scale.
_LOUD = bytes(~code & 0x7F >= 0x20 for code in range(256))  # 1 where there is speech, else 0


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something to say: PCMU at 8 kHz."""

    audio: bytes
    label: str

    @property
    def spoken(self) -> int:
        """Where the speech ends, in bytes: recordings have silence behind it."""
        return len(self.audio.translate(_LOUD).rstrip(b"\0")) or len(self.audio)


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys to press, one after the other."""

    digits: str

    @property
    def label(self) -> str:
        return "keys"


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of the caller. `interrupt`: taken while the bot speaks, not after it."""

    turn: Utterance | Keys
    interrupt: bool = False


@dataclass(frozen=True, slots=True)
class Manners:
    """How the caller behaves, in seconds."""

    pause: float = 0.7  # of the bot's silence before the caller takes the turn
    interrupt_after: float = 1.5  # of the bot's speech, when the step is to interrupt
    patience: float = 10.0  # for a silent bot: then the caller goes on, or having no more to say, hangs up


class HangUp:
    """Nothing is left to say, and the bot is silent."""


class Turns:
    """Ask `next` at or after `deadline`; tell what happens in between."""

    def __init__(self, steps: Iterable[Step], manners: Manners, now: float) -> None:
        self._steps = deque(steps)
        self._manners = manners
        self._bot_since: float | None = None  # speaking since
        self._quiet_since = now
        self._heard = False  # the bot, since the caller's last turn
        self._busy = False

    def bot_started(self, at: float) -> None:
        self._bot_since, self._heard = at, True

    def bot_finished(self, at: float) -> None:
        self._bot_since, self._quiet_since = None, at

    def caller_finished(self, at: float) -> None:
        self._busy, self._heard = False, self._bot_since is not None
        self._quiet_since = max(at, self._quiet_since)

    def deadline(self) -> float | None:
        if self._busy:
            return None
        step = self._steps[0] if self._steps else None
        if self._bot_since is not None:
            return self._bot_since + self._manners.interrupt_after if step and step.interrupt else None
        return self._quiet_since + (self._manners.pause if step and self._heard else self._manners.patience)

    def next(self, now: float) -> Utterance | Keys | HangUp | None:
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return None
        self._busy = True
        return self._steps.popleft().turn if self._steps else HangUp()
