"""What a dialogue waits for, and until when. No clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from math import inf
from typing import NamedTuple

from ...contract.options import SHORTEST
from .limits import Limits
from .utterance import Utterance
from .waiting import Waiting

PUT_OFF = ("listening", "digits")  # by noise
OF_SILENCE = (*PUT_OFF, "speech", "final")


class Moment(NamedTuple):
    """What times depend on. `replying`: a reply is due; `fills`: the caller is told when it takes long;
    `filled`: he was told. `said`: what the caller is saying; `inputs`: what he has said. `between_keys`:
    seconds for the next key of a number that was begun; `choosing`: until when a key may be followed by
    another of a list. `begun`: there was a turn. `held`: a prompt is kept back."""

    replying: bool
    fills: bool
    filled: bool
    playing: bool
    said: Utterance
    inputs: Waiting
    between_keys: float | None
    choosing: float | None
    begun: bool
    ending: bool
    held: bool


@dataclass(slots=True)
class Noise:
    """What seemed to be speech and was none. It puts off the end of a silence, by at most `most` seconds in
    all. While its words are still being made out, that end is waited for, by at most `longest` seconds more.
    `seconds`: how much of it there was in the call."""

    most: float
    longest: float
    seconds: float = 0.0
    _left: float = 0.0
    _began: float | None = None  # when the voice that is heard now began
    _since: float = 0.0  # the same, or when this silence began, if that was later
    _worded: bool = False
    _pending: float | None = None  # since when the words of the voice are being made out

    def begin_silence(self, now: float) -> None:
        self._left, self._since = self.most, now

    def follow(self, now: float, said: Utterance, *, believed: bool) -> float:
        """Seconds by which the silence is put off, as voice has just turned out to be no speech; `believed`:
        what has ended was speech."""
        if said.speaking:
            if self._began is None:
                self._began = self._since = now
            self._worded = said.worded
            self._pending = (self._pending or now) if said.pending else None
            return 0.0
        began, self._began = self._began, None
        until, self._pending = self._pending or now, None
        if began is None or believed:
            return 0.0
        self.seconds += until - began
        off = max(0.0, min(until - self._since, self._left))
        self._left -= off
        return off

    @property
    def postpones(self) -> float:
        """Seconds by which the voice that is heard now may still put off the end of the silence."""
        if self._began is None:
            return 0.0
        return inf if self._worded else self._left if self._pending is None else self._left + self.longest

    def skip(self, seconds: float) -> None:
        """Nothing was heard for so long."""
        if self._began is not None:
            self._began, self._since = self._began + seconds, self._since + seconds
            self._pending = None if self._pending is None else self._pending + seconds

    def until(self, now: float) -> float:
        """`seconds`, and those of the noise that still goes on."""
        going_on = self._began is not None and not self._worded
        ended = now if self._pending is None else self._pending
        return self.seconds + (ended - self._began if going_on and self._began is not None else 0.0)


@dataclass(slots=True)
class Timers:
    """`deadline`: when the first is due."""

    limits: Limits
    deadline: float = inf
    _paused: float | None = None  # since when the caller cannot be heard: the times of his silence do not run
    _at: dict[str, float] = field(default_factory=dict)
    _noise: Noise = field(init=False)

    def __post_init__(self) -> None:
        self._noise = Noise(self.limits.noise, self.limits.speech)

    def begin_call(self, now: float) -> None:
        self._at["max_call"] = now + self.limits.max_call

    def begin_to_stop(self, now: float) -> bool:
        """Gives what is still to be said its time. False: that time runs already."""
        first = "stopping" not in self._at
        self._at.setdefault("stopping", now + self.limits.stopping)
        return first

    def allow(self, post_response: float | None, final_utterance: float | None) -> None:
        """Seconds from now on; None: as before."""
        if post_response is not None:
            self.limits = replace(self.limits, post_response=max(SHORTEST, post_response))
        if final_utterance is not None:
            self.limits = replace(self.limits, final_utterance=max(SHORTEST, final_utterance))

    def follow(self, moment: Moment, anew: Collection[str], now: float) -> None:
        """Each runs from when it was first seen to be needed, or from now if it is to begin `anew`."""
        said, paused = moment.said, self._paused is not None
        heard_at = now if self._paused is None else self._paused
        off = self._noise.follow(heard_at, said, believed="listening" in anew)
        if off:
            self._at.update({name: self._at[name] + off for name in PUT_OFF if name in self._at})
        for name, seconds in self._needed(moment).items():
            if seconds is None:
                self._at.pop(name, None)
            elif not (paused and name in OF_SILENCE) and (name in anew or name not in self._at):
                self._at[name] = now + seconds
                if name in PUT_OFF:
                    self._noise.begin_silence(now)
        self._at.pop("choosing", None)
        if moment.choosing is not None:
            self._at["choosing"] = moment.choosing
        self.deadline = min(self._due().values(), default=inf)

    def _due(self) -> dict[str, float]:
        """When each is, if nothing happens."""
        off = self._noise.postpones
        return {name: at + off if name in PUT_OFF else at for name, at in self._at.items()}

    def _needed(self, at: Moment) -> dict[str, float | None]:
        limits = self.limits
        ahead = at.replying or at.inputs.growing or at.choosing is not None
        quiet = at.begun and not (ahead or at.playing or at.ending)
        between_keys = None if at.between_keys is None else max(SHORTEST, at.between_keys)
        heard_to_speak = at.said.worded and self._paused is None
        silent = at.fills and at.replying and not (at.playing or heard_to_speak or at.ending)
        patience = limits.waiting_again if at.filled else limits.waiting
        return {
            "reply": limits.reply if at.replying else None,
            "speech": limits.speech if at.said.speaking or at.said.deaf else None,
            "digits": between_keys if quiet else None,
            "listening": limits.post_response if quiet and between_keys is None else None,
            "waiting": patience if silent else None,
            "final": limits.final_utterance if at.said.worded else None,
            "held": limits.hold if at.held else None,
            "merging": self._to_grow(at) if at.inputs.growing else None,
        }

    def _to_grow(self, at: Moment) -> float | None:
        """A caller who cannot be heard adds nothing to what he has said."""
        if self._paused is not None:
            return 0.0
        if not at.inputs.overdue:
            return self.limits.merge
        return None if at.said.worded else self.limits.hold

    def pause(self, now: float) -> None:
        """Times of the caller's silence begin anew when he can be heard again: nobody has to answer in the
        rest of a time that began minutes ago."""
        self._paused = now if self._paused is None else self._paused
        self._at.update({"merging": now} if "merging" in self._at else {})
        for name in OF_SILENCE:
            self._at.pop(name, None)

    def resume(self, now: float, *, uttering: bool) -> None:
        """The final of what the pause has cut off comes soon or never."""
        if self._paused is not None and uttering:
            self._at["speech"] = now + min(self.limits.cut_speech, self.limits.speech)
        if self._paused is not None:
            self._noise.skip(now - self._paused)
        self._paused = None

    def noise(self, now: float) -> float:
        """Seconds of voice without words until now."""
        return self._noise.until(now if self._paused is None else self._paused)

    def running(self, name: str) -> bool:
        return name in self._at

    def take_due(self, now: float) -> set[str]:
        due = {name for name, at in self._due().items() if at <= now}
        self._at = {name: at for name, at in self._at.items() if name not in due}
        return due

    def clear(self) -> None:
        self._at.clear()
        self.deadline = inf
