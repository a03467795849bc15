"""One simulated caller on a clock of its own: what arrives goes in, what is due comes out. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .playback import RATE, Finished, Playback, Started
from .turns import QUIET, Asks, HangUp, Keys, Manners, Silence, Turns, Utterance, Waits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .turns import CallerStep, Taken

FRAME = 1600  # bytes in one message: 200 ms, as seen of Genesys
KEY_GAP = 0.25  # seconds between keys
GREETING = "greeting"
_SILENCE = bytes([QUIET]) * FRAME


@dataclass(frozen=True, slots=True)
class Event:
    """Something to show. `at` in seconds since the call was dialled."""

    at: float
    kind: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Latency:
    """One turn: from the end of what the caller said to the first byte of the bot's audio. Of the greeting:
    from the answer."""

    turn: str
    seconds: float | None  # None: the bot did not answer; below zero: it began before the caller was done


@dataclass(frozen=True, slots=True)
class Frame:
    audio: bytes


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


Due = Frame | Key | Started | Finished | HangUp | Asks


class Mouth:
    """The caller's microphone: silence, and utterances from where they begin. A frame that is sent at some
    time holds what sounded until then, so the stream begins one frame before the first is sent. `line`:
    what it makes of each."""

    def __init__(self, now: float, line: Callable[[bytes], bytes] | None = None) -> None:
        self._line = line
        self.origin = now - FRAME / RATE
        self.frames: list[bytes] = []
        self._ahead = bytearray()

    def deadline(self) -> float:
        return self.origin + (len(self.frames) + 1) * FRAME / RATE

    def say(self, utterance: Utterance, now: float) -> float:
        """When its speech will have ended."""
        written = len(self.frames) * FRAME + len(self._ahead)
        start = max(written, round((now - self.origin) * RATE))
        self._ahead += bytes([QUIET]) * (start - written) + utterance.audio
        return self.origin + (start + utterance.spoken) / RATE

    def frame(self) -> bytes:
        # silence is one object, however long the call
        audio = bytes(self._ahead[:FRAME]).ljust(FRAME, b"\xff") if self._ahead else _SILENCE
        del self._ahead[:FRAME]
        if self._line is not None:
            audio = self._line(audio)
        self.frames.append(audio)
        return audio


class Caller:
    def __init__(
        self,
        steps: Sequence[CallerStep],
        manners: Manners,
        now: float,
        observe: Callable[[Event], None],
        line: Callable[[bytes], bytes] | None = None,
        *,
        goes_on: bool = False,
    ) -> None:
        self.playback, self.mouth = Playback(), Mouth(now, line)
        self.latencies: list[Latency] = []
        self.began: list[float] = []  # when each turn of the caller did
        self._turns = Turns(steps, manners, now, goes_on=goes_on)
        self._observe = observe
        self._turn = GREETING  # the one that is waiting for an answer
        self._asked: float | None = now  # when it ended
        self._early: float | None = None  # when the bot began while the caller still had the turn
        self._began: float | None = None  # when the caller last opened their mouth
        self._keys: list[tuple[float, str]] = []
        self._busy = False  # speaking or pressing keys
        self._speech_end: float | None = None
        self._due: list[Due] = []

    def receive(self, data: bytes, now: float) -> None:
        self._heard(self.playback.receive(data, now))

    def barge_in(self, now: float) -> None:
        told = self.playback.drop(now)
        dropped = sum(each.dropped for each in told if isinstance(each, Finished))
        after = f", {now - self._began:.2f} s after the caller began" if self._began is not None else ""
        self._observe(Event(now, "barge_in", f"{dropped:.2f} s of audio dropped{after}"))
        self._heard(told)

    def bot_replied(self, now: float, *, to_silence: bool) -> None:
        """The bot reports a turn of its own."""
        self._turns.bot_replied(now, to_silence=to_silence)

    def go_on(self, steps: Sequence[CallerStep]) -> None:
        """What was asked for with `Asks`; nothing: hang up."""
        self._turns.go_on(steps)

    @property
    def unanswered(self) -> str:
        """The turn that waits for an answer; empty: none."""
        return self._turn if self._asked is not None else ""

    def deadline(self) -> float:
        times = [self.mouth.deadline(), self.playback.deadline(), self._turns.deadline(), self._speech_end]
        times += [self._keys[0][0]] if self._keys else []
        return min(time for time in times if time is not None)

    def due(self, now: float) -> list[Due]:
        """What is to be sent by `now`, in order."""
        self._heard(self.playback.advance(now))
        if self._speech_end is not None and self._speech_end <= now:
            self._finish(self._speech_end)
        while self._keys and self._keys[0][0] <= now:
            self._press(*self._keys.pop(0))
        self._take(self._turns.next(now), now)
        while self.mouth.deadline() <= now:
            self._due.append(Frame(self.mouth.frame()))
        done, self._due = self._due, []
        return done

    def stop(self, now: float) -> None:
        """The call is over: what was not played is not heard, and a turn that waits gets no answer."""
        cut = sum(each.dropped for each in self.playback.drop(now) if isinstance(each, Finished))
        if cut > 0:
            self._observe(Event(now, "cut", f"{cut:.2f} s of the bot's audio were not heard"))
        self._unanswered()

    def _unanswered(self) -> None:
        if self._asked is not None:
            self.latencies.append(Latency(self._turn, None))
            self._asked = None

    def _take(self, turn: Taken | None, now: float) -> None:
        if turn is None:
            return
        if isinstance(turn, Asks):
            self._due.append(turn)
            return
        if isinstance(turn, Waits):
            self._observe(Event(now, "waits", self._turn))
            return
        if not isinstance(turn, HangUp) or turn == HangUp():  # not what follows when all is said
            self.began.append(now)
        if isinstance(turn, HangUp):
            self._due.append(turn)
            return
        self._unanswered()
        self._turn, self._early, self._busy = turn.label, None, True
        if isinstance(turn, Keys):
            self._keys = [(now + i * KEY_GAP, digit) for i, digit in enumerate(turn.digits)]
            self._press(*self._keys.pop(0))
            return
        if isinstance(turn, Silence):
            self._observe(Event(now, "silent"))
            self._finish(now)
            return
        self._observe(Event(now, "caller_started", turn.label))
        self._began, self._speech_end = now, self.mouth.say(turn, now)

    def _press(self, at: float, digit: str) -> None:
        self._due.append(Key(digit))
        self._observe(Event(at, "key", digit))
        if not self._keys:
            self._finish(at)

    def _finish(self, at: float) -> None:
        if self._speech_end is not None:
            self._observe(Event(at, "caller_finished", self._turn))
        self._asked, self._speech_end, self._busy = at, None, False
        self._turns.caller_finished(at)
        if self._early is not None:
            self._answered(self._early)

    def _heard(self, told: Sequence[Started | Finished]) -> None:
        for each in told:
            self._due.append(each)
            if isinstance(each, Finished):
                self._observe(Event(each.at, "bot_finished"))
                self._turns.bot_finished(each.at, interrupted=each.dropped > 0)
                continue
            self._turns.bot_started(each.at)
            self._observe(Event(each.at, "bot_started", self._answered(each.at)))

    def _answered(self, at: float) -> str:
        if self._busy:
            self._early = at
        if self._asked is None:
            return ""
        self.latencies.append(Latency(self._turn, at - self._asked))
        self._asked = None
        return f"after {self.latencies[-1].seconds:.2f} s"
