"""One call: the task group that owns a leg, a recognition, a conversation and a playout. It wires; the
dialogue decides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from math import inf

import anyio

from ..contract.actions import Remark, Say
from ..contract.errors import cause
from ..contract.info import info_of_call
from ..contract.languages import shown
from ..contract.leg import (
    Closed,
    Digit,
    LanguageChanged,
    Leg,
    LegEvent,
    Outcome,
    PlaybackFinished,
    PlaybackStarted,
)
from ..contract.records import CallRecord
from ..contract.speech import Transcript
from ..plugins.guard import Fault, reporting
from .bot import Bot
from .conversing.conversing import Conversing
from .conversing.replies import Replies
from .dialogue import events
from .dialogue.dialogue import Dialogue
from .dialogue.events import Effect, End, Event
from .engine import line_of
from .language import CallLanguage
from .line import Line
from .listening.listening import Listening
from .listening.taps import CallTaps, Take
from .record.call_record import CallRecordWriter, Grew, nobody
from .record.events_file import EventsFile
from .record.variables import SessionVariables
from .signal import LegSink, Signal, Ties, until_cancelled
from .speaking.heard_words import HeardWords
from .speaking.playout import Playout
from .speaking.prompt_audio import PromptAudio

SAID = (Digit, Transcript)  # what may have to be masked
CLOSING = 25.0  # seconds that a leg may take from `end` to Closed
RESERVED = "{} is reserved and not given back: use another name, or change it in `outputs` of the connector"


class Call:
    """Its parts and its leg hold nothing of it but what is `tied`, so that it is freed as soon as it ends."""

    def __init__(
        self, leg: Leg, bot: Bot, write_event: Callable[[str], None] | None = None, grew: Grew = nobody
    ) -> None:
        self.leg, self._bot, hooks = leg, bot, bot.hooks
        info = leg.info
        self.variables = SessionVariables(info.variables, bot.reserved)
        mask = self._mask = bot.mask.of_call()
        self.record_writer = CallRecordWriter(info, mask, hooks.measuring(bot.name), grew)
        self._ties = Ties()
        emit, tied = self._ties.to(self.handle), self._ties.to
        self._language = CallLanguage(bot, self.record_writer.remark)
        self._language.ask(info.language)
        self._dialogue = Dialogue(bot.limits, *self._language.texts, self._language.current)
        self.info = info_of_call(info, self._language.current, self.variables.current)
        self._events_file = write_event and EventsFile(write_event, self._mask, bot.limits.barge_in.ignore)
        line, remark = Line(leg.audio, hooks), self.record_writer.remark
        self._listening = Listening(bot, line, emit, self._language)
        self._prompts = PromptAudio(bot, line, self._language, tied(self._prompt_faulted), remark)
        self._playout = Playout(leg, self._prompts.fetch, emit, self.record_writer.figures.underrun)
        self._report = tied(self._fault)  # a task that a plugin starts has it in its context
        self._taps = CallTaps(hooks, leg.audio, self._mask.repeats, self._report)
        self._spoken = HeardWords()
        self._replies = Replies(hooks, self.info, self.variables, emit, self._language)
        self._conversing = Conversing(bot, self.info, self._replies, emit, self._language)
        self._timer, self._wakes = Signal(), inf  # and when it wakes by itself
        self._events: deque[Event] = deque()
        self._handling, self._complete_already, self._began = False, False, 0.0
        self._broken: Exception | None = None
        self._note_language()
        self._language.changed = tied(self._change_language)
        self.left = anyio.Event()  # nothing of it is waited for any more, but its tasks
        self._ended, self._closed = anyio.Event(), anyio.Event()

    # --- events and effects

    def _take_from_leg(self, event: LegEvent) -> None:
        match event:
            case PlaybackStarted():
                self._playout.peer_started()
            case PlaybackFinished():
                self._playout.peer_finished()
            case LanguageChanged():
                self.handle(LanguageChanged(shown(event.language)))
            case _:
                self.handle(event)

    def handle(self, event: Event) -> None:
        """Takes an event from anywhere; effects of one are performed before the next is looked at."""
        self._events.append(event)
        if self._handling:
            return
        self._handling = True
        try:
            while self._events:
                self._handle(self._events.popleft())
        except Exception as error:  # noqa: BLE001  # our own fault, met in whichever task brought the event: `run` raises it
            self._broken = error
            self._ended.set()
        finally:
            self._handling = False

    def _handle(self, event: Event) -> None:
        at = (now := anyio.current_time()) - self._began
        file, effects = self._events_file, list[Effect]()
        said = file is not None and isinstance(event, SAID)
        hidden = said and self._dialogue.sensitive
        fed = self._listening.audio.fed if isinstance(event, Transcript) else 0.0
        try:
            effects = self._dialogue.handle(event, now)
        finally:  # also after a mistake of ours
            if file is not None:
                hint = self._dialogue.hint(event, now) if said else ""
                file.note(at, event, effects, hidden=hidden, hint=hint)
            heard = self._playout.heard_of_current
            for turn in self.record_writer.take(event, effects, at, self._began, fed=fed, heard=heard):
                self._bot.hooks.tell("turn_recorded", call=self.info, turn=turn)
            if self._taps.hear:
                self._taps.take(event, effects, sensitive=self._dialogue.sensitive)
        for effect in effects:
            self._perform(effect)
        if isinstance(event, Closed):
            self._closed.set()
            self._ended.set()
        elif isinstance(event, events.PromptFinished) and not event.failed:
            self._spoken.finish(event.prompt)
        elif isinstance(event, LanguageChanged):
            self._language.ask(event.language)
        if self._dialogue.deadline < self._wakes:
            self._timer.set()

    def _perform(self, effect: Effect) -> None:  # noqa: C901, PLR0912  # one arm for each kind
        match effect:
            case events.SendTurn():
                self._send(effect)
            case events.Queue():
                if isinstance(effect.content, Say):
                    self._spoken.queue(effect.prompt, effect.content.text)
                self._playout.queue(effect)
            case events.Flush():
                self._spoken.interrupt(*self._playout.current())
                self._playout.flush()
            case events.Hold() | events.GoOn():
                self._playout.hold(isinstance(effect, events.Hold))
            case events.Abandon():
                self._replies.abandon()
            case events.CancelReply():
                self._conversing.cancel()
            case events.Tell():
                self.leg.tell(replace(effect.report, text=self._mask.without_secrets(effect.report.text)))
            case events.TakeCallerAudio():
                (self.leg.resume if effect.on else self.leg.pause)()
            case events.Listen():
                self._listening.change(self.info.language, effect.parameters)
            case events.GoOnIn():
                self._language.ask(effect.language)
            case events.MergeVariables():
                self.variables.set(effect.variables)
            case End():
                self._end(effect)

    def _send(self, effect: events.SendTurn) -> None:
        if effect.sensitive:
            self._mask.keep(effect.turn.text)
        turn = effect.turn
        heard = self._spoken.take(wanted=turn.barged_in)
        self._conversing.send(replace(turn, variables=dict(self.variables.current), heard=heard))

    def _end(self, end: End) -> None:
        given, kept_back = self.variables.outputs(end)
        turn = len(self.record_writer.record.turns)
        for name in kept_back:
            self.handle(events.ActionDue(turn, Remark(RESERVED.format(name)), 0, "bot"))
        self.record_writer.record.output_variables = self._mask.variables(given)
        self.record_writer.grow(anyio.current_time() - self._began)
        reason = self._bot.on_failure if end.outcome == "failed" else "completed"
        self.leg.end(Outcome(reason, end.outcome), given)
        self._ended.set()

    def _change_language(self, spoken: events.Speaks) -> None:
        """What is said from now on, by caller or bot, is in this language."""
        self.info.speaks(spoken.language)
        self._note_language()
        self._conversing.change_language()
        self.handle(spoken)

    def _note_language(self) -> None:
        self._mask.speak(self._language.current)
        self.record_writer.record.language = self._language.heard_as()

    @property
    def busy(self) -> bool:
        """The bot speaks, or its answer is due."""
        return self._dialogue.busy

    def stop(self, *, at_once: bool = False, goodbye: bool = False) -> None:
        """The server ends: give the call back after what is being said, at once, or after a goodbye."""
        self.handle(events.Stopping(at_once, goodbye))

    # --- tasks

    async def run(self) -> CallRecord:
        """From the answer to the end. The record is complete when it returns, and also when it raises."""
        self._began = anyio.current_time()
        take = self._listening.take
        with reporting(self._report):
            self._bot.hooks.tell("call_started", call=self.info)
            take = self._taps.connect(self.info, self._began, take, self._playout)
        try:
            async with anyio.create_task_group() as group:
                try:
                    await self._go_on(group, take)
                finally:
                    group.cancel_scope.cancel()
                    self.left.set()
        except Exception as error:
            self._complete("failed", f"internal error: {cause(error)}")
            raise
        except BaseException:
            self._complete("stopped", "cut off")
            raise
        self._complete()
        return self.record_writer.record

    async def _go_on(self, group: anyio.abc.TaskGroup, take: Take) -> None:
        for task in (self._playout.run, self._listening.listen, self._conversing.run, self._keep_time):
            group.start_soon(task)
        if self._events_file is not None:
            begun = events.Speaks(self._language.current, *self._language.texts)
            self._events_file.begin(self._bot.name, self._bot.limits, begun)
        self.handle(events.Opened())
        self.leg.start(LegSink(take, self._ties.to(self._take_from_leg)))
        await self._ended.wait()
        if self._broken is not None:
            raise self._broken
        with anyio.move_on_after(CLOSING):
            await self._closed.wait()

    def give_up(self) -> None:
        """It is `left`, and a plugin does not end though it was cancelled: the record does without it."""
        self._replies.blame_who_stays()
        self._complete()

    def _complete(self, outcome: str = "", reason: str = "") -> None:
        """Once. `outcome` is for a call that the dialogue has not ended."""
        if self._complete_already:
            return
        self._complete_already = True
        if not outcome and not self._closed.is_set():
            self._handle(Closed("lost", "the leg did not close"))
        record, ended = self.record_writer.record, self._dialogue.outcome
        if outcome:
            record.outcome, record.reason = outcome, reason
        elif ended is not None:
            record.outcome, record.reason = ended.outcome, ended.reason
        record.seconds = round(anyio.current_time() - self._began, 3)
        self.record_writer.hear_again(record.seconds)
        record.noise = round(self._dialogue.noise(anyio.current_time()), 3)
        record.caller_audio = round(self.leg.audio.seconds(self._listening.audio.received), 3)
        record.recognized = round(self.leg.audio.seconds(self._listening.audio.recognized), 3)
        record.synthesized = self._prompts.synthesized
        record.prompt_audio = round(self._playout.heard(), 3)
        self._taps.finish()
        with reporting(self._report):
            self._bot.hooks.tell("call_ended", call=self.info, record=record)
        self._ties.cut()

    def _prompt_faulted(self, engine: str, problem: str) -> None:
        self.handle(events.Faulted("prompt", "engine", problem, engine, line=line_of(problem)))

    async def _keep_time(self) -> None:
        with until_cancelled():
            while True:
                self._wakes = self._dialogue.deadline
                await self._timer.wait(self._wakes)  # it may have moved on since
                if anyio.current_time() >= self._dialogue.deadline:
                    self.handle(events.Time())

    def _fault(self, fault: Fault) -> None:
        at = anyio.current_time() - self._began
        self.record_writer.fault(fault.source, fault.hook, fault.error, at, line=fault.line)
