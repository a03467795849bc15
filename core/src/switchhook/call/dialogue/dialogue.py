"""Who speaks when: a state machine without I/O or clock.

`handle(event, now)` returns the effects, to be performed before the next event; `deadline()` is when
`Time` is due at the latest. Semantics are those of IBM's phone integration.

Each part of the state owns its fields: only the dialogue changes a part, by its methods, which answer with
the effects that the change has.
"""

from __future__ import annotations

from typing import assert_never

from ...contract import actions
from ...contract.leg import Closed, Digit, Gap, LanguageChanged, Paused, Resumed
from ...contract.speech import SpeechStarted, Transcript
from . import events
from .caller_side import CallerSide, Heard
from .events import Effect, End, Event, MergeVariables, SendTurn
from .flight import Flight, Input
from .limits import Limits
from .prompting import FILLER, Prompting
from .timers import Moment, Timers
from .turns import Turns


class Dialogue:
    """It begins in `language`, with these texts; `Speaks` has others."""

    def __init__(
        self,
        limits: Limits | None = None,
        failure_text: str = "",
        closing_text: str = "",
        waiting_text: str = "",
        language: str = "",
    ) -> None:
        self._limits = limits = limits or Limits()
        self.outcome: End | None = None
        self._ending: End | None = None  # waits until what was queued has been heard
        self._caller = CallerSide(limits.barge_in, limits.pending)
        self._turns = Turns(limits.no_input)
        self._flight = Flight()
        self._prompts = Prompting(events.Speaks(language, failure_text, closing_text, waiting_text))
        self._timers = Timers(limits, fills=bool(waiting_text))
        self._now = 0.0
        self._effects: list[Effect] = []
        self._anew: set[str] = set()  # the timers that begin anew with this event

    def handle(self, event: Event, now: float) -> list[Effect]:
        self._now, self._effects, self._anew = now, [], set()
        if isinstance(event, Closed):
            self._timers.clear()
            hung_up = event.reason in ("hung_up", "ended")
            self.outcome = self.outcome or End("hung_up" if hung_up else "lost", event.detail)
        elif self.outcome is None:  # else the end was asked for, and only Closed counts
            if isinstance(event, events.Speaks):
                self._timers.fill(bool(event.waiting_text))
                self._effects += [*self._prompts.change_language(event), *self._caller.change_language(event)]
            self._take(event)
            self._settle()
        return self._effects

    def deadline(self) -> float | None:
        return self._timers.deadline

    @property
    def busy(self) -> bool:
        """The bot speaks, or its answer is due."""
        return self._flight.turn is not None or bool(self._prompts.queue)

    @property
    def sensitive(self) -> bool:
        """Whether keys that are pressed now must not be shown anywhere."""
        asked = self._caller.keypad.asked
        return asked is not None and asked.sensitive

    def _take(self, event: Event) -> None:  # noqa: C901, PLR0912  # one arm for each kind of event
        match event:
            case events.Opened():
                self._timers.begin_call(self._now)
                self._caller.put(Input("start", "", self._now))
            case SpeechStarted():
                self._anew.add("speech")
                self._react(self._caller.voice(self._prompts.ignores_speech()))
            case Transcript():
                self._hear(event)
            case Digit():
                if self._caller.press(event.key, self._now, protected=self._prompts.ignores_digits()):
                    self._barge_in(doubted=False)
                    self._flight.forget_filler()
                    self._anew |= {"listening", "digits", "waiting"}
            case Paused():
                self._timers.pause()
            case Resumed():
                self._timers.resume(self._now, uttering=self._caller.speaking or self._caller.deaf)
            case events.PromptStarted():
                self._effects += self._flight.report(self._prompts.turn_of(event.prompt))
            case events.PromptFinished():
                self._finish(event)
            case events.ReplyBegan() | events.ActionDue() | events.ReplyEnded():
                self._read(event)
            case events.Faulted() | events.NotPerformed():
                self._anew.add("reply")  # it goes on after it
                if isinstance(event, events.Faulted) and event.alone:
                    self._fill()
            case events.Failure():
                self._fail(event.source, event.error)
            case events.Stopping():
                self._stop(End("stopped", "the server is stopping"), at_once=event.at_once)
            case events.Time():
                self._expire()
            case Gap() | LanguageChanged() | events.Speaks() | Closed():
                pass
            case _:
                assert_never(event)

    # --- the caller

    def _hear(self, said: Transcript) -> None:
        if said.text:
            self._turns.hear()
            self._anew.add("waiting" if said.final else "speech")
        if said.text and said.final:
            self._flight.forget_filler()
        playing = bool(self._prompts.queue) or (self._prompts.doubted and self._caller.policy.resume)
        protected = self._prompts.ignores_speech()
        self._react(self._caller.hear(said, self._now, protected=protected, playing=playing))

    def _react(self, heard: Heard) -> None:
        if heard is Heard.INTERRUPTION:
            self._barge_in(doubted=True)
        elif heard is Heard.FALSE_ALARM and self._prompts.doubted and self._caller.policy.resume:
            self._turns.forget_barge_in()
            self._flight.restore()
            self._effects += self._prompts.restore()

    def _barge_in(self, *, doubted: bool) -> None:
        """Drops only what would be heard, of the reply that plays; its other actions are still performed."""
        if turns := self._prompts.turns:
            self._turns.barge_in()
            self._flight.interrupt(turns)
        self._effects += self._prompts.interrupt(doubted=doubted)

    # --- the reply

    def _read(self, event: events.ReplyBegan | events.ActionDue | events.ReplyEnded) -> None:
        turn = self._flight.turn
        if turn is None or event.turn != turn.number:
            return  # of a reply that was given up
        self._anew.add("reply")
        match event:
            case events.ReplyBegan():
                self._flight.match(event.matched)
            case events.ActionDue():
                if self._ending is None:  # what follows the end of a program is not reached
                    self._effects += self._perform(event.action, turn.number)
            case events.ReplyEnded():
                self._effects += self._flight.end(event.turn)
                self._effects += self._prompts.end_reply(event.turn)
                self._timers.allow(event.post_response_timeout, event.final_utterance_timeout)
                if event.follow_up:
                    self._caller.put(Input("follow_up", "", self._now), first=True)

    def _perform(self, action: actions.Action, turn: int) -> list[Effect]:  # one arm for each kind
        match action:
            case actions.Say() | actions.Play() if self._flight.muted:
                pass
            case actions.Say() | actions.Play() | actions.ConfigureSynthesis():
                self._flight.note(action)
                return self._prompts.perform(action, turn)
            case actions.SetBargeIn():
                return [*self._prompts.perform(action, turn), *self._caller.perform(action, turn)]
            case actions.SetVariables():
                return [MergeVariables(action.variables)]
            case actions.ForceTurn():
                self._turns.force(action.text)
            case actions.HandOver():
                self._ending = End("handed_over", "", action.variables)
            case actions.EndCall():
                self._ending = End("completed")
            case actions.Remark() | actions.Annotate():
                pass  # the record has it
            case _:
                return self._caller.perform(action, turn)
        return []

    def _fill(self) -> None:
        """Rather than silence."""
        self._flight.fill()
        if not self._prompts.queue and self._ending is None:
            self._effects += self._prompts.fill()

    def _finish(self, event: events.PromptFinished) -> None:
        over = self._prompts.finish(event.prompt)
        if over is not None and not event.failed:
            if over.turn != FILLER:
                self._turns.hear()
        elif over is not None and not over.may_be_missed:
            self._fail("prompt", event.failed)

    # --- the end

    def _fail(self, source: str, error: str) -> None:
        """Say so, then give the call back. When that cannot be said either, give it back at once."""
        first = self._ending is None
        if first:
            self._caller.clear()
        if first or source == "assistant":
            self._effects += self._flight.cancel()  # nothing more of it will come
        # what is queued behind a prompt could not be spoken either
        if source == "prompt" and (self._ending is None or self._ending.outcome == "failed"):
            self._effects += self._prompts.drop()
        if first:
            self._ending = End("failed", f"{source}: {error}")
            self._effects += self._prompts.announce(self._prompts.spoken.failure_text)

    def _stop(self, ending: End, *, at_once: bool, last_words: str = "") -> None:
        """`at_once`: what is being said is not heard to its end. Neither it nor `last_words` are waited for
        for ever."""
        self._ending = self._ending or ending
        if at_once:
            self._effects += [*self._prompts.drop(), *self._flight.cancel()]
        if (last_words or not at_once) and self._timers.begin_to_stop(self._now) and last_words:
            self._effects += self._prompts.announce(last_words)

    # --- time

    def _expire(self) -> None:
        due = self._timers.take_due(self._now)
        if "max_call" in due:  # before the peer does, who would lose the variables
            longest = End("max_call", "the longest call is over")
            self._stop(longest, at_once=True, last_words=self._prompts.spoken.closing_text)
        if "stopping" in due:
            self._stop(End("stopped"), at_once=True)
        if "speech" in due:
            self._caller.give_up_utterance()
        if "waiting" in due:
            self._fill()
        if "reply" in due:
            self._fail("assistant", "no answer in time")
        if "final" in due:
            self._caller.give_up_utterance()
            self._caller.put(Input("no_final", "", self._now))
        if "listening" in due or "digits" in due:  # no input, or no more of it
            answer = self._caller.expire(self._now) or self._turns.no_input(self._now)
            if isinstance(answer, End):
                self._ending = answer
            else:
                self._caller.put(answer)

    # --- what follows from the state, whatever the event was

    def _settle(self) -> None:
        if self._end_if_due():
            return
        if self._flight.muted and self._flight.turn is not None and self._caller:
            self._effects += self._flight.abandon()
        if self._flight.turn is None and self._ending is None:
            self._send_next()
        if self._end_if_due():  # it may have been one turn too many
            return
        moment = Moment(
            replying=self._flight.turn is not None,
            filled=self._flight.filled,
            playing=bool(self._prompts.queue),
            speaking=self._caller.speaking,
            uttering=self._caller.speaking or self._caller.deaf,
            between_keys=self._caller.keypad.patience,
            begun=self._turns.made > 0,
            ending=self._ending is not None,
        )
        self._timers.follow(moment, self._anew, self._now)

    def _send_next(self) -> None:
        if self._turns.forced is not None and (not self._prompts.queue or self._prompts.loops):
            self._caller.put(self._turns.take_forced(self._now), first=True)
        if said := self._caller.next():
            turn = self._turns.make(said)
            if self._turns.alone > self._limits.alone:
                self._fail("assistant", f"{self._turns.alone} turns in a row without the caller")
                return
            self._flight.begin(turn)
            self._prompts.believe()
            self._effects.append(SendTurn(turn, said.at, said.sensitive))
            self._effects += self._caller.begin_turn(turn.number)

    def _end_if_due(self) -> bool:
        """The assistant's own end waits for the rest of its reply: output variables come last."""
        ending = self._ending
        if ending is None or self._prompts.queue:
            return False
        if self._flight.turn is not None and ending.outcome in ("completed", "handed_over"):
            return False
        self._effects += [*self._flight.cancel(), ending]
        self.outcome = ending
        self._timers.clear()
        return True
