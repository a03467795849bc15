"""Whose turn it is: the caller's script against what the bot is heard to do. No clock, no I/O."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

QUIET = 0xFF
NOTICED = 120.0  # seconds that a bot has to notice a silent caller
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
class Silence:
    """Nothing is said until the bot has noticed."""

    label: str = "silence"


@dataclass(frozen=True, slots=True)
class HangUp:
    """As planned; or nothing is left to say, and the bot had no more to say for so many `seconds`."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class CallerStep:
    """One turn of the caller. `interrupt`: taken while the bot speaks, not after it; `after` so many seconds
    of its speech, where these are not as the caller's manners have them."""

    turn: Utterance | Keys | Silence | HangUp
    interrupt: bool = False
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Manners:
    """How the caller behaves, in seconds."""

    pause: float = 0.7  # of the bot's silence before the caller takes the turn
    interrupt_after: float = 1.5  # of the bot's speech, when the step is to interrupt
    patience: float = 10.0  # with a bot that does not answer: then the caller goes on
    settled: float = (
        3.0  # without a word that answers, once all is said and answered: then the caller hangs up
    )


class Asks:
    """Nothing is left to do, and the bot has answered: whoever plays the caller is asked how he goes on."""


class Waits:
    """Nothing is left to say, but no answer has come: the caller stays on the line."""


Taken = Utterance | Keys | Silence | HangUp | Asks | Waits


class Turns:
    """Ask `next` at or after `deadline`; tell what happens in between.

    What the bot is heard to say is an answer. A bot that reports its turns tells more: what sounds before the
    report, such as "one moment", is none yet, and what is asked of a silent caller is nothing new. `goes_on`:
    the steps are not all; `go_on` is told more.
    """

    def __init__(
        self, steps: Iterable[CallerStep], manners: Manners, now: float, *, goes_on: bool = False
    ) -> None:
        self._steps = deque(steps)
        self._goes_on, self._thinking = goes_on, False
        self._manners = manners
        self._patience = manners.patience
        self._bot_since: float | None = None  # speaking since
        self._quiet_since = now
        self._heard = False  # the bot, since the caller's last turn
        self._reports = False  # the bot reports its turns
        self._replied = False  # it reported one since the caller's last turn
        self._announced = False  # it did so, and has not spoken since
        self._asking = False  # it speaks only because the caller is silent
        self._waited = False  # in vain for the last answer
        self._busy = False

    def bot_started(self, at: float) -> None:
        self._bot_since, self._heard, self._announced = at, True, False

    def bot_finished(self, at: float, *, interrupted: bool = False) -> None:
        self._bot_since = None
        if interrupted and not self._busy:  # late: it was not the answer that sounded
            self._heard = False
        if not self._asking:
            self._quiet_since = at

    def bot_replied(self, at: float, *, to_silence: bool) -> None:
        """Before the audio of this reply, if it has any."""
        self._asking = to_silence and self._answered
        self._reports = self._replied = True
        if self._bot_since is None and not self._asking:
            self._announced, self._quiet_since = True, max(at, self._quiet_since)

    def go_on(self, steps: Iterable[CallerStep]) -> None:
        """After `Asks`. No steps: that was all."""
        self._steps.extend(steps)
        self._thinking, self._goes_on = False, bool(self._steps)

    def caller_finished(self, at: float) -> None:
        self._busy, self._heard = False, self._bot_since is not None
        self._quiet_since = max(at, self._quiet_since)

    def deadline(self) -> float | None:
        if self._busy or self._thinking:
            return None
        step = self._steps[0] if self._steps else None
        if self._bot_since is not None:
            if not (step and step.interrupt):
                return None
            return self._bot_since + (self._manners.interrupt_after if step.after is None else step.after)
        if self._waited and not self._heard:
            return None
        return self._quiet_since + self._silence()

    def next(self, now: float) -> Taken | None:
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return None
        if not self._steps and self._goes_on:
            self._thinking = True
            return Asks()
        if not self._steps and not self._heard:
            self._waited = True
            return Waits()
        silence, self._busy = self._silence(), True
        self._replied = self._announced = self._asking = False
        turn = self._steps.popleft().turn if self._steps else HangUp(silence)
        self._patience = NOTICED if isinstance(turn, Silence) else self._manners.patience
        return turn

    @property
    def _answered(self) -> bool:
        return self._heard and (self._replied or not self._reports)

    def _silence(self) -> float:
        """Of the bot, until the caller does something."""
        if not self._answered:
            return self._patience
        more = self._steps or self._goes_on
        return self._manners.pause if more and not self._announced else self._manners.settled
