"""Whether caller or bot is heard, where both have something to say. No clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ...contract.actions import Play, Say
from ...contract.leg import Digit
from ...contract.speech import Transcript
from .caller_side import CallerSide, Heard
from .events import Effect, Event, GoOn, Hold, NotPerformed, ReplyEnded
from .flight import Flight
from .offers import AGAIN, MORE, Lists
from .prompt_queue import FILLER, PromptQueue
from .turns import Turns
from .utterance import Utterance
from .waiting import Waiting


@dataclass(slots=True)
class Floor:
    """Changes the parts that it is made of."""

    utterance: Utterance
    inputs: Waiting
    lists: Lists
    caller: CallerSide
    prompts: PromptQueue
    flight: Flight
    turns: Turns
    _begun: int = 0  # the newest prompt that has begun to be heard
    _sounded: int = 0  # the newest turn of which a prompt has begun
    _kept: int = 0  # the newest prompt that was kept back when it was due

    @property
    def held(self) -> bool:
        """The first sound of what is queued is due, and kept back."""
        queue = self.prompts.queue
        return bool(queue) and self._begun < queue[0].queued.prompt == self._kept

    def hint(self, event: Event, now: float) -> str:
        """What the events file must keep of an event that was just handled, though it is masked, so that it
        has the same effects when it is replayed."""
        if isinstance(event, Digit) and self.lists.keys and self.lists.since == now:
            return MORE
        return AGAIN if isinstance(event, Transcript) and self.utterance.repeats else ""

    # --- the caller takes it

    def voice(self, at: float) -> list[Effect]:
        """Voice interrupts a prompt that is heard; for one that is not heard yet, words are waited for."""
        heard = self.caller.voice(at, protected=self.prompts.ignores_speech())
        first = self.prompts.queue[0] if self.prompts.queue else None
        sounds = first is not None and first.queued.prompt <= self._begun
        return self.barge_in() if heard is Heard.INTERRUPTION and sounds else []

    def hear(self, said: Transcript, now: float) -> tuple[Heard, list[Effect]]:
        playing = bool(self.prompts.queue) or self.prompts.doubted or self.flight.turn is not None
        protected = self.prompts.ignores_speech()
        heard = self.caller.hear(said, now, protected=protected, playing=playing)
        return heard, self.barge_in() if heard is Heard.INTERRUPTION else []

    def barge_in(self, *, by_key: bool = False) -> list[Effect]:
        """Drops only what would be heard of the reply; its other actions are still performed. If the speech
        turns out to be none, a prompt of which nothing was heard begins again in any case."""
        if not (self.prompts.queue or self.prompts.doubted):
            return []  # there is nothing to interrupt
        if turns := self.prompts.turns:
            self.turns.barge_in()
            self.flight.interrupt(turns)
        again = self.caller.policy.resume or all(turn > self._sounded for turn in turns)
        return self.prompts.interrupt(doubted=again and not by_key)

    # --- the bot has it

    def fail(self, event: NotPerformed, *, ending: bool) -> list[Effect]:
        """If a handler had begun and cannot go on, that is said at once."""
        if not event.failed:
            return []  # nobody has promised anything
        self.turns.fail(event.response_type)
        self.flight.owe()
        return self._apologise(event.turn, ending=ending) if event.begun else []

    def miss(self, turn: int, *, ending: bool) -> list[Effect]:
        """A file of its reply could not be played. If there is nothing else to hear of it, that is said."""
        current = self.flight.turn
        if turn <= self._sounded or self.prompts.queue or (current is not None and current.number != turn):
            return []
        self.turns.fail("audio")
        self.flight.miss()
        return [] if current is not None else self._apologise(turn, ending=ending)

    def hear_out(self, *, busy: bool) -> None:
        """A prompt was heard to its end; `busy`: more is to be heard."""
        self.turns.hear()
        self.caller.follow(heard=True, busy=busy)

    def end_reply(self, event: ReplyEnded, *, ending: bool) -> list[Effect]:
        """If a handler has failed and there is nothing else to hear, that is said."""
        said = self._apologise(event.turn, ending=ending or event.follow_up) if self.flight.owes else []
        effects = [*said, *self.flight.end(event.turn), *self.prompts.end_reply(event.turn)]
        self.caller.follow(heard=False, busy=bool(self.prompts.queue))
        return effects

    def _apologise(self, turn: int, *, ending: bool) -> list[Effect]:
        """Once in a reply, and only where neither an end nor the next turn is due."""
        text = self.prompts.spoken.failure_text
        if not text or ending or self.turns.forced is not None or not self.flight.apologise():
            return []
        queued = (each.queued.content for each in self.prompts.queue)
        endless = any(isinstance(each, Play) and each.loop for each in queued)
        return [*(self.prompts.drop() if endless else []), *self.say(Say(text), turn)]

    def say(self, action: Say | Play, turn: int) -> list[Effect]:
        """If the caller has spoken past it, it is not heard. Until his words are final it is kept back."""
        unheard = self.prompts.yields and turn > self._sounded
        if unheard and not self.flight.muted and (self.inputs.spoken or self.utterance.meant):
            self.turns.barge_in()
            self.flight.interrupt({turn})
            if not self.inputs.spoken:
                self.prompts.doubt()
        if not self.flight.muted:
            self.flight.note(action)
            return self.prompts.perform(action, turn)
        if self.prompts.doubted:
            self.prompts.keep_back(action, turn)
        return []

    def start(self, prompt: int, now: float) -> list[Effect]:
        """Its first sound is due. Voice that is no word yet is waited for, for a moment."""
        effects = self.flight.report(self.prompts.turn_of(prompt))
        first = self.prompts.queue[0] if self.prompts.queue else None
        if first is not None and first.queued.prompt == prompt > self._kept:  # once
            unheard = first.turn == FILLER or first.turn > self._sounded
            if self.utterance.speaking and first.speech and unheard:
                self._kept = prompt
                effects.append(Hold())
        if not self.held:
            self.sound(prompt, now)
        return effects

    def sound(self, prompt: int, now: float) -> None:
        """The prompt is heard, so what is asked in its reply counts from now on."""
        turn = self.prompts.turn_of(prompt)
        self._begun, self._sounded = max(self._begun, prompt), max(self._sounded, turn)
        if turn != FILLER:
            self.caller.arm(turn, now)
            self.lists.move_on(now)

    def _go_on(self, now: float) -> list[Effect]:
        """The prompt that is kept back is heard now."""
        self.sound(self.prompts.queue[0].queued.prompt, now)
        return [GoOn()]

    def expire(self, due: Collection[str], now: float) -> list[Effect]:
        """What is being said has been waited for long enough."""
        if "merging" in due:
            self.inputs.let_grow(speaking=self.utterance.speaking)
        if "speech" in due or "final" in due:
            self.utterance.give_up()
        return self._go_on(now) if "held" in due and self.held else []

    def settle(self, now: float, *, ending: bool) -> tuple[list[Effect], bool]:
        """What was kept back for speech that was none is heard. If there is nothing to hear, what was asked
        counts from now on. Also says whether the first sound of what is queued is still kept back."""
        effects, held = list[Effect](), self.held
        if held and not self.utterance.speaking:
            effects, held = self._go_on(now), False
        if self.prompts.doubted and not (self.inputs.queue or self.utterance.speaking or ending):
            self.turns.forget_barge_in()
            self.flight.restore()
            effects += self.prompts.restore()
        if self.caller.asked and self._is_over():
            self.caller.arm(self.turns.made, now)
        return effects, held

    def _is_over(self) -> bool:
        """Nothing is to come of a reply, and nothing of it is unheard."""
        waits = (
            self.inputs.queue or self.utterance.meant or self.prompts.doubted or self.flight.turn is not None
        )
        return not waits and all(each.turn <= self._sounded for each in self.prompts.queue)
