"""Who speaks when: a state machine without I/O or clock.

`handle(event, now)` returns the effects, to be performed before the next event; `deadline` is then when
`Time` is due at the latest. Semantics are those of IBM's phone integration. Each part of the state owns
its fields: it is changed by its methods alone, which answer with the effects that the change has.
"""

from __future__ import annotations

from math import inf
from typing import assert_never

from ...contract import actions
from ...contract.leg import Closed, Digit, Gap, LanguageChanged, Paused, Resumed
from ...contract.speech import SpeechStarted, Transcript
from . import events
from .caller_side import CallerSide, Heard
from .events import Effect, End, Event, MergeVariables, SendTurn
from .flight import Flight, Input
from .floor import Floor
from .limits import Limits
from .offers import Lists
from .prompt_queue import FILLER, PromptQueue
from .timers import Moment, Timers
from .turns import Turns
from .utterance import Utterance
from .waiting import Waiting


class Dialogue:
    """It begins in the language and with the texts of `spoken`; the event `Speaks` brings others."""

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
        self.deadline = inf
        self._ending: End | None = None  # it waits until what was queued has been heard
        self._said, self._lists = Utterance(), Lists(limits.choice_wait)
        self._inputs = inputs = Waiting(limits.pending, merges=limits.merge > 0)
        self._caller = caller = CallerSide(limits.barge_in, self._said, inputs, self._lists)
        self._turns, self._flight = Turns(limits.no_input), Flight()
        self._prompts = PromptQueue(events.Speaks(language, failure_text, closing_text, waiting_text))
        self._floor = Floor(self._said, inputs, self._lists, caller, self._prompts, self._flight, self._turns)
        self.hint = self._floor.hint
        self._timers = Timers(limits)
        self.noise = self._timers.noise
        self._now, self._effects = 0.0, list[Effect]()
        self._anew = set[str]()  # the timers that begin anew with this event

    def handle(self, event: Event, now: float) -> list[Effect]:
        self._now, self._effects = now, []
        self._anew = {"speech"} if isinstance(event, SpeechStarted) else set()
        if isinstance(event, Closed):
            self._timers.clear()
            ended = "hung_up" if event.reason in ("hung_up", "ended") else "lost"
            self.outcome = self.outcome or End(ended, event.detail)
        elif self.outcome is None:  # else the end was asked for, and only Closed counts
            self._take(event)
            self._settle()
        self.deadline = self._timers.deadline
        return self._effects

    @property
    def busy(self) -> bool:
        """The bot speaks, or its answer is due."""
        return self._flight.turn is not None or bool(self._prompts.queue)

    @property
    def sensitive(self) -> bool:
        """Whether what is said or keyed now must not be shown anywhere."""
        return self._caller.sensitive

    def _take(self, event: Event) -> None:  # noqa: C901, PLR0912  # one arm for each kind of event
        match event:
            case events.Opened():
                self._timers.begin_call(self._now)
                self._inputs.put(Input("start", "", self._now))
            case SpeechStarted():
                self._effects += self._floor.voice(event.at)
            case events.WordsBegan():
                self._said.belong(self._lists.at(self._now - event.ago))
            case Transcript():
                self._hear(event)
            case Digit():
                if self._caller.press(event.key, self._now, protected=self._prompts.ignores_digits()):
                    self._effects += self._floor.barge_in(by_key=True)
                    self._flight.forget_filler()
                    self._anew |= {"listening", "digits", "waiting"}
            case Paused():
                self._timers.pause(self._now)
            case Resumed():
                self._timers.resume(self._now, uttering=self._said.speaking or self._said.deaf)
            case events.PromptStarted() | events.PromptFinished():
                self._play(event)
            case events.ReplyBegan() | events.ActionDue() | events.NotPerformed() | events.ReplyEnded():
                self._read(event)
            case events.Faulted():
                self._anew.add("reply")  # it goes on after it
                if event.retried:
                    self._fill()
            case events.Failure():
                self._fail(event.source, event.error)
            case events.Stopping():
                self._stop_with_server(event)
            case events.Time():
                self._expire()
            case events.Speaks():
                self._effects += [*self._prompts.change_language(event), *self._caller.change_language(event)]
            case Gap() | LanguageChanged() | Closed():
                pass
            case _:
                assert_never(event)

    def _hear(self, said: Transcript) -> None:
        if said.text:
            self._turns.hear()
            self._anew.add("waiting" if said.final else "speech")
        if said.text and said.final:
            self._flight.forget_filler()
        heard, effects = self._floor.hear(said, self._now)
        self._effects += effects
        if said.final and heard is not Heard.FALSE_ALARM:
            self._anew |= {"listening", "merging"}

    # --- the reply

    def _read(self, event: events.OfReply) -> None:
        turn = self._flight.turn
        if turn is None or event.turn != turn.number:
            return  # it belongs to a reply that was given up
        self._anew.add("reply")
        match event:
            case events.ReplyBegan():
                self._flight.match(event.matched)
            case events.ActionDue():
                if self._ending is None:  # what follows the end of a program is not reached
                    self._effects += self._perform(event.action, turn.number)
            case events.NotPerformed():
                self._effects += self._floor.fail(event, ending=self._ending is not None)
            case events.ReplyEnded():
                self._effects += self._floor.end_reply(event, ending=self._ending is not None)
                self._timers.allow(event.post_response_timeout, event.final_utterance_timeout)
                if event.follow_up:
                    self._inputs.put(Input("follow_up", "", self._now), first=True)

    def _perform(self, action: actions.Action, turn: int) -> list[Effect]:  # one arm for each kind
        match action:
            case actions.Say() | actions.Play():
                return self._floor.say(action, turn)
            case actions.ConfigureSynthesis():
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
        """Says that the answer takes long, rather than nothing."""
        self._flight.fill()
        if not self._prompts.queue and self._ending is None:
            self._effects += self._prompts.fill()

    def _play(self, event: events.PromptStarted | events.PromptFinished) -> None:
        if isinstance(event, events.PromptStarted):
            self._effects += self._floor.start(event.prompt, self._now)
            return
        if not event.failed:
            self._floor.sound(event.prompt, self._now)
        over = self._prompts.finish(event.prompt)
        if over is not None and not event.failed and over.turn != FILLER:
            self._floor.hear_out(busy=self.busy)
        elif over is not None and event.failed and over.may_be_missed:
            self._effects += self._floor.miss(over.turn, ending=self._ending is not None)
        elif over is not None and event.failed:
            self._fail("prompt", event.failed)

    # --- the end

    def _fail(self, source: str, error: str) -> None:
        """Say so, then give the call back. When that cannot be said either, give it back at once."""
        first = self._ending is None
        if first:
            self._inputs.clear()
            self._prompts.believe()
        if first or source == "assistant":
            self._effects += self._flight.cancel()  # nothing more of it will come
        # what is queued behind a prompt could not be spoken either
        if source == "prompt" and (self._ending is None or self._ending.outcome == "failed"):
            self._effects += self._prompts.drop()
        if first:
            self._ending = End("failed", f"{source}: {error}")
            self._effects += self._prompts.announce(self._prompts.spoken.failure_text)

    def _stop_with_server(self, event: events.Stopping) -> None:
        last = self._prompts.spoken.closing_text if event.goodbye else ""
        at_once = event.at_once or event.goodbye
        self._stop(End("stopped", "the server is stopping"), at_once=at_once, last_words=last)

    def _stop(self, ending: End, *, at_once: bool, last_words: str = "") -> None:
        """`at_once`: what is being said is broken off. Else it is waited for, and so are `last_words`, but
        not for ever."""
        self._ending = self._ending or ending
        if at_once:
            self._effects += [*self._prompts.drop(), *self._flight.cancel()]
        if (last_words or not at_once) and self._timers.begin_to_stop(self._now) and last_words:
            self._effects += self._prompts.announce(last_words)

    def _expire(self) -> None:
        due = self._timers.take_due(self._now)
        if "max_call" in due:  # before the peer does, who would lose the variables
            longest = End("max_call", "the longest call is over")
            self._stop(longest, at_once=True, last_words=self._prompts.spoken.closing_text)
        if "stopping" in due:
            self._stop(End("stopped"), at_once=True)
        if due & {"speech", "final"} and self._said.worded:
            self._anew.add("listening")  # those were his last words
        self._effects += self._floor.expire(due, self._now)
        if "waiting" in due:
            self._fill()
        if "reply" in due:
            self._fail("assistant", "no answer in time")
        if "final" in due:
            self._inputs.put(Input("no_final", "", self._now))
        if "listening" in due or "digits" in due:  # no input, or no more of it
            match self._caller.expire(self._now) or self._turns.no_input(self._now):
                case End() as ending:
                    self._ending = ending
                case said:
                    self._inputs.put(said)

    # --- what follows from the state, whatever the event was

    def _settle(self) -> None:
        if self._end_if_due():
            return
        if self._flight.muted and self._flight.turn is not None and self._inputs.queue:
            self._effects += self._flight.abandon()
        if self._flight.turn is None and self._ending is None:
            self._send_next()
            if self._end_if_due():  # it may have been one turn too many
                return
        held = False
        if self._prompts.queue or self._prompts.doubted or self._caller.asked:
            effects, held = self._floor.settle(self._now, ending=self._ending is not None)
            self._effects += effects
        moment = Moment(
            replying=self._flight.turn is not None,
            fills=bool(self._prompts.spoken.waiting_text),
            filled=self._flight.filled,
            playing=bool(self._prompts.queue),
            said=self._said,
            inputs=self._inputs,
            between_keys=self._caller.keypad.patience,
            choosing=self._lists.until if self._lists.keys else None,
            begun=self._turns.made > 0,
            ending=self._ending is not None,
            held=held,
        )
        self._timers.follow(moment, self._anew, self._now)

    def _send_next(self) -> None:
        if self._turns.forced is not None and (not self._prompts.queue or self._prompts.loops):
            self._inputs.put(self._turns.take_forced(self._now), first=True)
        said = self._caller.next(self._now) if self._inputs.queue or self._lists.keys else None
        if said is not None:
            turn = self._turns.make(said)
            if self._turns.alone > self._limits.alone:
                self._fail("assistant", f"{self._turns.alone} turns in a row without the caller")
                return
            self._flight.begin(turn)
            self._prompts.believe()
            self._effects += [SendTurn(turn, said.at, said.sensitive), *self._caller.begin_turn(turn.number)]

    def _end_if_due(self) -> bool:
        """The assistant's own end waits for the rest of its reply: output variables come last."""
        ending, due = self._ending, self._flight.turn is not None
        if ending is None or self._prompts.queue or (due and ending.outcome in ("completed", "handed_over")):
            return False
        self.outcome = ending
        self._effects += [*self._flight.cancel(), ending]
        self._timers.clear()
        return True
