"""Who speaks when: a state machine without I/O or clock.

`handle(event, now)` returns the effects, to be performed before the next event; `deadline()` is when
`Time` is due at the latest. Semantics are those of IBM's phone integration.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import assert_never

from ...contract.actions import Action, EndCall, HandOver, Say
from ...contract.assistant import SHORTEST
from ...contract.leg import Closed, Digit, Gap, LanguageChanged, Paused, Resumed
from ...contract.speech import SpeechStarted, Transcript
from .actions import Program
from .caller_side import CallerSide, Heard
from .events import (
    Abandon,
    ActionDue,
    CancelReply,
    Effect,
    End,
    Event,
    Failure,
    Faulted,
    Flush,
    NotPerformed,
    Opened,
    PromptFinished,
    PromptStarted,
    ReplyBegan,
    ReplyEnded,
    SendTurn,
    Stopping,
    Tell,
    Time,
)
from .flight import Flight, Input
from .limits import Limits
from .prompting import Prompting
from .timers import Timers
from .turns import Turns

NO_INPUT, NO_FINAL = "vgwPostResponseTimeout", "vgwFinalUtteranceTimeout"
FILLER = 0  # the turn of what is of no reply


@dataclass(slots=True)
class Dialogue:
    limits: Limits = field(default_factory=Limits)
    failure_text: str = ""
    closing_text: str = ""  # spoken when the longest call is over
    waiting_text: str = ""  # spoken when an answer takes long
    outcome: End | None = None
    closed: Closed | None = None
    _now: float = 0.0
    _effects: list[Effect] = field(default_factory=list)
    _timers: Timers = field(default_factory=Timers)
    _prompts: Prompting = field(default_factory=Prompting)
    _flight: Flight | None = None
    _turns: Turns = field(default_factory=Turns)
    _doubted: bool = False  # by speech that may turn out to be none
    _ending: End | None = None  # waits until what was queued has been heard
    _caller: CallerSide = field(init=False)
    _program: Program = field(init=False)

    def __post_init__(self) -> None:
        self._caller = CallerSide(self.limits.barge_in, self.limits.pending)
        self._program = Program(self._caller, self._prompts, self._turns)

    def handle(self, event: Event, now: float) -> list[Effect]:
        self._now, self._effects = now, []
        if isinstance(event, Closed):
            self._close(event)
        elif self.outcome is None:  # else the end was asked for, and only Closed counts
            self._take(event)
            self._settle()
        return self._effects

    def deadline(self) -> float | None:
        return self._timers.deadline()

    @property
    def busy(self) -> bool:
        """The bot speaks, or its answer is due."""
        return self._flight is not None or bool(self._prompts)

    @property
    def sensitive(self) -> bool:
        """Whether keys that are pressed now must not be shown anywhere."""
        asked = self._caller.keypad.asked
        return asked is not None and asked.sensitive

    def _take(self, event: Event) -> None:  # noqa: C901, PLR0912  # one arm for each kind of event
        match event:
            case Opened():
                self._timers.start("max_call", self._now + self.limits.max_call)
                self._caller.put(Input("start", "", self._now))
            case SpeechStarted():
                self._hear_voice()
            case Transcript():
                self._hear(event)
            case Digit():
                self._press(event.key)
            case Paused():
                self._timers.pause()
            case Resumed():
                self._resume()
            case PromptFinished():
                self._finish(event)
            case ReplyBegan() | ActionDue() | ReplyEnded():
                self._read(event)
            case Failure():
                self._fail(event.source, event.error)
            case Stopping():
                self._stop(event)
            case Time():
                self._expire()
            case Faulted() | NotPerformed():
                self._timers.start("reply", self._now + self.limits.reply)  # the reply goes on after it
                if isinstance(event, Faulted) and event.alone:
                    self._fill()
            case PromptStarted():
                if self._flight and self._prompts.begins_of(event.prompt, self._flight.turn.number):
                    self._report(self._flight)
            case Gap() | LanguageChanged() | Closed():
                pass
            case _:
                assert_never(event)

    def _finish(self, event: PromptFinished) -> None:
        over = self._prompts.finish(event.prompt)
        if over is not None and not event.failed:
            self._turns.heard = self._turns.heard or over.turn != FILLER
        elif over is not None and not over.may_be_missed:
            self._fail("prompt", event.failed)

    # --- the caller

    def _hear_voice(self) -> None:
        self._react(self._caller.voice(self._prompts.ignores_speech()))
        self._timers.start("speech", self._now + self.limits.speech)

    def _hear(self, said: Transcript) -> None:
        self._turns.heard = self._turns.heard or bool(said.text)
        playing = bool(self._prompts) or (self._doubted and self._caller.policy.resume)
        heard = self._caller.hear(said, self._now, protected=self._prompts.ignores_speech(), playing=playing)
        if said.text and not said.final:
            self._timers.start("speech", self._now + self.limits.speech)
        elif said.text:
            self._wait_anew()
        self._react(heard)

    def _react(self, heard: Heard) -> None:
        if heard is Heard.INTERRUPTION:
            self._doubted = self._barge_in() or self._doubted
        elif heard is Heard.FALSE_ALARM and self._doubted and self._caller.policy.resume:
            self._turns.barged = self._doubted = False
            self._effects += self._prompts.restore()
            if self._flight is not None:
                self._flight.muted = False

    def _press(self, key: str) -> None:
        if not self._caller.digits or self._prompts.ignores_digits():
            return
        self._barge_in()
        self._doubted = False
        self._caller.put(Input("digits", key, self._now))
        self._timers.stop("listening", "digits")  # begun anew, if there are more to come
        self._wait_anew()

    def _resume(self) -> None:
        """He can be heard again. The final of what the pause has cut off comes soon or never."""
        was, self._timers.paused = self._timers.paused, False
        if was and self._caller.uttering:
            self._timers.start("speech", self._now + min(self.limits.cut_speech, self.limits.speech))

    def _wait_anew(self) -> None:
        """Who has spoken again is soon told again that the answer takes long."""
        self._timers.stop("waiting")
        if self._flight is not None:
            self._flight.filled = False

    def _barge_in(self) -> bool:
        """Drops only what would be heard, of the reply that plays; its other actions are still performed.
        Whether there was something."""
        if turns := self._drop_prompts() - {FILLER}:
            self._turns.barged, self._turns.forced = True, None  # the turn is the caller's
            if self._flight is not None and self._flight.turn.number in turns:
                self._flight.muted = True
        return bool(turns)

    def _drop_prompts(self) -> set[int]:
        """The turns they were of."""
        turns = self._prompts.clear()
        if turns:
            self._effects.append(Flush())
        return turns

    # --- the reply

    def _read(self, event: ReplyBegan | ActionDue | ReplyEnded) -> None:
        flight = self._flight
        if flight is None or event.turn != flight.turn.number:
            return  # of a reply that was given up
        self._timers.start("reply", self._now + self.limits.reply)
        match event:
            case ReplyBegan():
                flight.matched = event.matched
            case ActionDue():
                if self._ending is None:  # what follows the end of a program is not reached
                    self._perform(event.action, flight)
            case ReplyEnded():
                self._end_reply(event, flight)

    def _end_reply(self, event: ReplyEnded, flight: Flight) -> None:
        self._report(flight)
        self._flight = None
        self._effects += self._program.end_reply(flight.turn.number)
        if event.post_response_timeout is not None:
            self.limits = replace(self.limits, post_response=max(SHORTEST, event.post_response_timeout))
        if event.final_utterance_timeout is not None:
            self.limits = replace(self.limits, final_utterance=max(SHORTEST, event.final_utterance_timeout))
        if event.follow_up:
            self._caller.put(Input("follow_up", "", self._now), first=True)

    def _perform(self, action: Action, flight: Flight) -> None:
        if isinstance(action, HandOver):
            self._ending = End("handed_over", "", action.variables)
        elif isinstance(action, EndCall):
            self._ending = End("completed")
        else:
            self._effects += self._program.perform(action, flight)

    def _report(self, flight: Flight) -> None:
        if report := flight.report():
            self._effects.append(Tell(report))

    # --- the end

    def _fail(self, source: str, error: str) -> None:
        """Say so, then give the call back. When that cannot be said either, give it back at once."""
        if self._ending is None:
            self._caller.clear()
            self._cancel_reply()
            if source == "prompt":  # what is queued behind it could not be spoken either
                self._drop_prompts()
            self._ending = End("failed", f"{source}: {error}")
            if self.failure_text:
                self._effects.append(self._prompts.queue(Say(self.failure_text), 0))
        elif source == "assistant":
            self._cancel_reply()  # nothing more of it will come
        elif source == "prompt" and self._ending.outcome == "failed":
            self._drop_prompts()

    def _stop(self, event: Stopping) -> None:
        self._ending = self._ending or End("stopped", "the server is stopping")
        if event.at_once:
            self._cut_off()
        elif not self._timers.running("stopping"):
            self._timers.start("stopping", self._now + self.limits.stopping)

    def _cut_off(self) -> None:
        self._drop_prompts()
        self._cancel_reply()

    def _cancel_reply(self) -> None:
        if self._flight is not None:
            self._flight = None
            self._effects.append(CancelReply())

    def _close(self, event: Closed) -> None:
        self.closed = self.closed or event
        self._timers.clear()
        if self.outcome is None:
            self.outcome = End("hung_up" if event.reason in ("hung_up", "ended") else "lost", event.detail)

    # --- time

    def _expire(self) -> None:
        due = self._timers.take_due(self._now)
        if "max_call" in due:
            self._end_longest()
        if "stopping" in due:
            self._cut_off()
        if "speech" in due:
            self._caller.give_up_utterance()
        if "waiting" in due:
            self._fill()
        if "reply" in due:
            self._fail("assistant", "no answer in time")
        if "final" in due:
            self._caller.give_up_utterance()
            self._caller.put(Input("no_final", NO_FINAL, self._now))
        if "listening" in due or "digits" in due:
            self._hear_nothing()

    def _fill(self) -> None:
        """Rather than silence."""
        if self._flight is not None:
            self._flight.filled = True
        if self.waiting_text and not self._prompts and self._ending is None:
            self._effects.append(self._prompts.fill(Say(self.waiting_text)))

    def _end_longest(self) -> None:
        """Before the peer does, who would lose the variables."""
        self._ending = self._ending or End("max_call", "the longest call is over")
        self._cut_off()
        if self.closing_text and not self._timers.running("stopping"):
            self._effects.append(self._prompts.queue(Say(self.closing_text), 0))
            self._timers.start("stopping", self._now + self.limits.stopping)

    def _hear_nothing(self) -> None:
        """No input, or no more of it, in time."""
        if some := self._caller.expire(self._now):
            self._caller.put(some)
        elif self._turns.silences == self.limits.no_input:
            self._ending = End("no_input", f"{self._turns.silences} times nothing was said")
        else:
            self._caller.put(Input("no_input", NO_INPUT, self._now))

    def _settle(self) -> None:
        """What follows from the state, whatever the event was."""
        if self._end_if_due():
            return
        if self._flight is not None and self._flight.muted and self._caller and not self._flight.abandoned:
            self._flight.abandoned = True
            self._effects.append(Abandon())
        if self._flight is None and self._ending is None:
            self._send_next()
        if not self._end_if_due():  # it may have been one turn too many
            self._keep_timers()

    def _end_if_due(self) -> bool:
        if self._ending is None or self._prompts or not self._may_end(self._ending):
            return False
        self._cancel_reply()
        self.outcome = self._ending
        self._timers.clear()
        self._effects.append(self._ending)
        return True

    def _keep_timers(self) -> None:
        caller, limits = self._caller, self.limits
        busy = self._flight or self._prompts or caller.speaking or self._ending
        quiet = not busy and self._turns.made > 0
        between_digits = caller.keypad.patience
        self._timers.keep("reply", self._flight is not None, self._now + limits.reply)
        self._timers.keep("speech", caller.uttering, self._now + limits.speech)
        collecting = quiet and between_digits is not None
        self._timers.keep("digits", collecting, self._now + max(SHORTEST, between_digits or 0.0))
        self._timers.keep("listening", quiet and between_digits is None, self._now + limits.post_response)
        heard_to_speak = caller.speaking and not self._timers.paused
        silent = bool(self.waiting_text and self._flight and not self._prompts and not heard_to_speak)
        patience = limits.waiting_again if self._flight and self._flight.filled else limits.waiting
        self._timers.keep("waiting", silent and self._ending is None, self._now + patience)
        timed = caller.speaking and limits.final_utterance is not None
        self._timers.keep("final", timed, self._now + (limits.final_utterance or 0.0))

    def _may_end(self, ending: End) -> bool:
        """The assistant's own end waits for the rest of its reply: output variables come last."""
        return self._flight is None or ending.outcome not in ("completed", "handed_over")

    def _send_next(self) -> None:
        if self._turns.forced is not None and (not self._prompts or self._prompts.loops):
            self._caller.put(Input("forced", self._turns.forced, self._now), first=True)
            self._turns.forced = None
        if said := self._caller.next():
            self._send(self._caller.chosen(said))

    def _send(self, said: Input) -> None:
        turn = self._turns.make(said)
        if self._turns.alone > self.limits.alone:
            self._fail("assistant", f"{self._turns.alone} turns in a row without the caller")
            return
        self._flight, self._doubted = Flight(turn), False
        self._effects.append(SendTurn(turn, said.at, said.sensitive))
        self._effects += self._program.begin_turn(turn.number)
