"""Reads a reply: each response to its handler, each action to the dialogue, as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Literal

import anyio

from ...contract.actions import (
    Action,
    ConfigureRecognition,
    ConfigureSynthesis,
    Remark,
    Say,
    SetLanguage,
)
from ...contract.assistant import Conversation, Interruptible, Turn
from ...contract.errors import cause
from ...contract.info import CallInfo
from ...contract.options import SHORTEST
from ...plugins.asking import Hooks
from ...plugins.guard import HandlerAnswer, reporting
from ..dialogue.action_check import seconds_of
from ..dialogue.bounds import SAID, table_within, usage_within
from ..dialogue.events import ActionDue, Event, Faulted, ReplyBegan, ReplyEnded
from ..language import CallLanguage
from ..record.variables import SessionVariables
from .performing import CORE, Performing, Place

STAYS = "does not end, though it was cancelled: its call has ended without it"
LEAST = 50  # bytes that a text counts as at least


class _Progress:
    """Emits what comes of a reply. Whenever something has, its patience is had for so many seconds more."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._patience, self._seconds = anyio.CancelScope(), inf

    def begin(self, patience: anyio.CancelScope, seconds: float) -> None:
        self._patience, self._seconds = patience, seconds

    def emit(self, event: Event) -> None:
        """A fault is nothing of the reply, and who is alone has all the time there is."""
        if self._seconds < inf and not isinstance(event, Faulted):
            self._patience.deadline = anyio.current_time() + self._seconds
        self._emit(event)


class Replies:
    def __init__(
        self,
        hooks: Hooks,
        call: CallInfo,
        variables: SessionVariables,
        emit: Callable[[Event], None],
        language: CallLanguage,
    ) -> None:
        self._hooks, self._call, self._variables, self._emit = hooks, call, variables, emit
        self._language = language
        self._progress = _Progress(emit)
        self._performing = Performing(hooks, call, self._progress.emit)
        self._remarked: set[str] = set()
        self._said = 0  # bytes, in this reply
        self._reply: object = None  # that is read

    async def read(
        self, conversation: Conversation, turn: Turn, patience: anyio.CancelScope, progressing: float
    ) -> BaseException | None:
        """What the assistant failed with; None when its reply is read, which ReplyEnded tells. Whenever
        something of it has come, `patience` is had for `progressing` seconds more."""
        self._progress.begin(patience, progressing)
        self._said = 0
        self._variables.begin_reply()
        self._performing.begin()
        position = 0
        with reporting(self._performing.fault):
            self._hooks.tell("turn_started", call=self._call, turn=turn)
        try:
            async with conversation.send(turn) as reply:
                self._reply = reply
                async for response in reply:
                    position += 1
                    if position == 1:
                        self._progress.emit(ReplyBegan(turn.number, reply.matched))
                    await self._performing.respond(turn.number, position, response, self._ask)
                context = reply.context
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an assistant may raise anything; the caller is told and given back
            return error
        finally:
            self._reply = None
        if context.variables is not None:
            self._variables.replace(self._table(turn.number, position, context.variables))
        post_response = self._seconds(turn.number, "post_response_timeout", context.post_response_timeout)
        utterance = self._seconds(turn.number, "final_utterance_timeout", context.final_utterance_timeout)
        custom = dict(self._table(turn.number, position, context.custom_data))
        usage = usage_within(context.usage) if context.usage else {}
        self._emit(ReplyEnded(turn.number, post_response, utterance, context.follow_up, custom, usage))
        with reporting(self._performing.fault):
            self._hooks.tell("turn_completed", call=self._call, turn=turn)
        return None

    def _seconds(self, turn: int, name: str, asked: float | None) -> float | None:
        """None: as before. If it is not done as it was asked for, that is remarked once in a call."""
        if asked is None:
            return None
        seconds = seconds_of(asked)
        if (seconds is None or seconds < SHORTEST) and name not in self._remarked:
            self._remarked.add(name)
            done = "is no time, and is passed over" if seconds is None else f"is taken for {SHORTEST:g} s"
            self._emit(ActionDue(turn, Remark(f"its {name} {done}"), 0, "assistant"))
        return seconds

    def abandon(self) -> None:
        """Wait for no async handler of this reply any more, and for nothing that nobody would hear."""
        self._performing.abandon()
        if isinstance(self._reply, Interruptible):
            try:
                self._reply.interrupt()
            except (Exception, SystemExit) as error:  # noqa: BLE001  # an assistant may raise anything; its reply is read on
                self._emit(Faulted("assistant", "interrupt", cause(error)))

    def blame_who_stays(self) -> None:
        """What was cancelled has not ended."""
        if self._performing.handlers:
            self._performing.blame(self._performing.handlers[-1].answer, STAYS)
        else:
            self._emit(Faulted("call", "run", f"an engine {STAYS}"))

    # --- bounds

    def _table(self, turn: int, position: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
        if not given:
            return {}
        taken, why = table_within(given)
        if why:
            self._performing.remark(turn, position, f"the assistant's context: {why}")
        return taken

    def _ask(self, place: Place, answer: HandlerAnswer, action: Action) -> None:
        """Emits the action. A reply that nobody could hear to its end is cut short."""
        size = max(LEAST, len(action.text.encode(errors="replace"))) if isinstance(action, Say) else 0
        before, self._said = self._said, self._said + size
        if before <= SAID < self._said:
            self._performing.remark(place.turn, place.position, f"only {SAID} bytes of a reply are said")
        if isinstance(action, ConfigureRecognition | ConfigureSynthesis) and (tag := self._named(action)):
            self._progress.emit(ActionDue(place.turn, SetLanguage(tag), place.position, CORE))
        if not isinstance(action, Say) or self._said <= SAID:
            self._progress.emit(ActionDue(place.turn, action, place.position, answer.plugin))

    def _named(self, asked: ConfigureRecognition | ConfigureSynthesis) -> str:
        """The tag of another language, if an assistant has set a voice or a model of it for good: the call
        goes on in it. Else nothing."""
        if asked.strategy.endswith("_once"):
            return ""
        kind: Literal["stt", "tts"] = "stt" if isinstance(asked, ConfigureRecognition) else "tts"
        try:
            return self._language.configured(kind, asked.parameters, merged=asked.strategy == "merge")
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an engine may raise anything; the call goes on as it is
            self._emit(Faulted(kind, "language_of", cause(error)))
            return ""
