"""What a dialogue waits for, and until when. No clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ...contract.options import SHORTEST
from .limits import Limits

OF_SILENCE = ("listening", "digits", "speech", "final")


class Moment(NamedTuple):
    """What times depend on. `replying`: a reply is due; `filled`: and the caller was told that it takes long.
    `speaking`: the caller is; `uttering`: or voice goes on that is not listened to. `between_keys`: seconds
    for the next key of a number that was begun. `begun`: there was a turn."""

    replying: bool
    filled: bool
    playing: bool
    speaking: bool
    uttering: bool
    between_keys: float | None
    begun: bool
    ending: bool


@dataclass(slots=True)
class Timers:
    """`fills`: the caller is told that an answer takes long. `deadline`: when the first is due."""

    limits: Limits
    fills: bool
    deadline: float | None = None
    _paused: bool = False  # the caller cannot be heard, and the times of his silence do not run
    _at: dict[str, float] = field(default_factory=dict)

    def begin_call(self, now: float) -> None:
        self._at["max_call"] = now + self.limits.max_call

    def begin_to_stop(self, now: float) -> bool:
        """For what is still to be said. Whether it had not begun."""
        first = "stopping" not in self._at
        self._at.setdefault("stopping", now + self.limits.stopping)
        return first

    def fill(self, fills: bool) -> None:
        """Whether the caller is told that an answer takes long."""
        self.fills = fills

    def allow(self, post_response: float | None, final_utterance: float | None) -> None:
        """Seconds from now on; None: as before."""
        if post_response is not None:
            self.limits = replace(self.limits, post_response=max(SHORTEST, post_response))
        if final_utterance is not None:
            self.limits = replace(self.limits, final_utterance=max(SHORTEST, final_utterance))

    def follow(self, moment: Moment, anew: Collection[str], now: float) -> None:
        """Each runs from when it was first seen to be needed, or from now if it is to begin `anew`."""
        for name, seconds in self._needed(moment).items():
            if seconds is None:
                self._at.pop(name, None)
            elif not (self._paused and name in OF_SILENCE) and (name in anew or name not in self._at):
                self._at[name] = now + seconds
        self.deadline = min(self._at.values(), default=None)

    def _needed(self, at: Moment) -> dict[str, float | None]:
        limits = self.limits
        quiet = at.begun and not (at.replying or at.playing or at.speaking or at.ending)
        between_keys = None if at.between_keys is None else max(SHORTEST, at.between_keys)
        heard_to_speak = at.speaking and not self._paused
        silent = self.fills and at.replying and not (at.playing or heard_to_speak or at.ending)
        patience = limits.waiting_again if at.filled else limits.waiting
        return {
            "reply": limits.reply if at.replying else None,
            "speech": limits.speech if at.uttering else None,
            "digits": between_keys if quiet else None,
            "listening": limits.post_response if quiet and between_keys is None else None,
            "waiting": patience if silent else None,
            "final": limits.final_utterance if at.speaking else None,
        }

    def pause(self) -> None:
        """Those of his silence begin anew when he can be heard again: nobody has to answer in the rest of a
        time that began minutes ago."""
        self._paused = True
        for name in OF_SILENCE:
            self._at.pop(name, None)

    def resume(self, now: float, *, uttering: bool) -> None:
        """The final of what the pause has cut off comes soon or never."""
        if self._paused and uttering:
            self._at["speech"] = now + min(self.limits.cut_speech, self.limits.speech)
        self._paused = False

    def running(self, name: str) -> bool:
        return name in self._at

    def take_due(self, now: float) -> set[str]:
        due = {name for name, at in self._at.items() if at <= now}
        self._at = {name: at for name, at in self._at.items() if name not in due}
        return due

    def clear(self) -> None:
        self._at.clear()
        self.deadline = None
