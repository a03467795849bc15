"""What plugins hear of a call: both sides in its own time, and nothing of what is said in confidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import anyio

from ...contract.actions import Say
from ...contract.audio import AudioFormat
from ...contract.info import CallInfo
from ...contract.leg import Gap, Paused, Resumed
from ...plugins.asking import Hooks
from ...plugins.guard import Fault, HandlerAnswer
from ..dialogue.events import Effect, Event, Queue, TakeCallerAudio
from ..speaking.heard_audio import HeardAudio
from ..speaking.playout import Playout
from .caller_timeline import CallerTimeline

Take = Callable[[bytes], None]
AFTERWARDS = 0.5  # seconds: the tone of the last key may come behind the key itself


@dataclass(frozen=True, slots=True)
class Confidence:
    """Why the caller's audio is given to nobody now."""

    sensitive: bool = False
    paused: bool = False

    @property
    def of_caller(self) -> bool:
        return self.sensitive or self.paused


class CallTaps:
    """Where no plugin wants to hear the call, nothing stands in the way of its frames."""

    def __init__(
        self, hooks: Hooks, audio: AudioFormat, repeats: Callable[[str], bool], fault: Callable[[Fault], None]
    ) -> None:
        """`repeats`: whether a text repeats what was given in confidence."""
        self._hooks, self._audio, self._repeats, self._fault = hooks, audio, repeats, fault
        self._taps: Sequence[HandlerAnswer] = ()
        self.hear = False  # whether any plugin does
        self._timeline = CallerTimeline()
        self._heard: HeardAudio | None = None
        self._began = 0.0
        self._caller_told = self._bot_told = 0  # bytes of the call: until where each side was
        self._confidence, self._quiet_until = Confidence(), -inf
        self._hidden: set[int] = set()  # prompts

    def connect(self, call: CallInfo, began: float, listen: Take, playout: Playout) -> Take:
        """Asks the plugins, before the first frame comes. Returns what is to take the caller's frames."""
        self._taps, self._began = self._hooks.taps(call, self._audio), began
        self.hear = bool(self._taps)
        if not self.hear:
            return listen
        self._heard = HeardAudio(playout, self._audio, self._bot, self._hidden.__contains__)

        def take(data: bytes) -> None:
            self._caller(data)
            listen(data)

        return take

    def finish(self) -> None:
        """The call is over."""
        if self._heard is not None:
            self._heard.finish()
            self._heard, self._taps = None, ()

    # --- what is given

    def _caller(self, data: bytes) -> None:
        now = anyio.current_time() - self._began
        place = self._audio.size(self._timeline.place(self._audio.seconds(len(data)), now))
        known = max(0, self._caller_told - place)  # bytes that were told, or came before the call
        if known >= len(data):
            return
        self._caller_told = place + len(data)
        if now >= self._quiet_until and not self._confidence.of_caller:
            self._give("caller", data[known:] if known else data, self._audio.seconds(place + known))

    def _bot(self, data: bytes, at: float) -> None:
        place = max(self._audio.size(at - self._began), self._bot_told)
        self._bot_told = place + len(data)
        if not self._confidence.paused:
            self._give("bot", data, self._audio.seconds(place))

    def _give(self, side: str, data: bytes, at: float) -> None:
        for tap in self._taps:
            if not self._hooks.give(tap, side, data, at, self._fault):
                self._taps = [each for each in self._taps if each is not tap]

    # --- what is not

    def take(self, event: Event, effects: Sequence[Effect], *, sensitive: bool) -> None:
        """An event of the dialogue and its effects, and whether what is said now is said in confidence."""
        paused = isinstance(event, Paused) or (self._confidence.paused and not isinstance(event, Resumed))
        if isinstance(event, Gap):
            self._timeline.skip(event.length)
        elif isinstance(event, Resumed):
            self._timeline.begin_anew()
        for effect in effects:
            if isinstance(effect, TakeCallerAudio) and effect.on:
                self._timeline.begin_anew()
            elif (
                isinstance(effect, Queue)
                and isinstance(effect.content, Say)
                and self._repeats(effect.content.text)
            ):
                self._hidden.add(effect.prompt)
        self._hide(Confidence(sensitive, paused))

    def _hide(self, confidence: Confidence) -> None:
        before = self._confidence
        if confidence == before or self._heard is None:
            return
        self._heard.catch_up()  # what was heard until now is told as it was
        if before.sensitive and not confidence.sensitive:
            self._quiet_until = anyio.current_time() - self._began + AFTERWARDS
        self._confidence = confidence
