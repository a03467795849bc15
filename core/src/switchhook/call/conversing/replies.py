"""Reads a reply: each response to its handler, each action to the dialogue, as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from types import AsyncGeneratorType
from typing import Any, cast

import anyio
import anyio.lowlevel

from ...contract.actions import Action, Remark, Say
from ...contract.assistant import SHORTEST, Conversation, Turn
from ...contract.errors import cause
from ...contract.info import CallInfo
from ...contract.responses import Response, UnknownResponse
from ...plugins.asking import Hooks
from ...plugins.guard import Answer, Fault, as_actions, report, reporting
from ..dialogue.action_check import misfit, seconds_of
from ..dialogue.bounds import RESPONSES, SAID, TEXT, action_within, response_within, table_within, weight
from ..dialogue.events import ActionDue, Event, Faulted, NotPerformed, ReplyBegan, ReplyEnded
from ..record.variables import SessionVariables

HANDLER = 10.0  # seconds that one handler may take for one response
ACTIONS = 100  # of one handler for one response
COST = 100  # of an action, in bytes of text that take as long
LEAST = 50  # bytes that a text counts as at least
CORE = "switchhook"  # who remarks what was not taken


class Replies:
    def __init__(
        self, hooks: Hooks, call: CallInfo, variables: SessionVariables, emit: Callable[[Event], None]
    ) -> None:
        self._hooks, self._call, self._variables, self._emit = hooks, call, variables, emit
        self._handler: anyio.CancelScope | None = None
        self._abandoned = False
        self._remarked: set[str] = set()
        self._said = self._work = 0  # bytes said in this reply, and worked on since others had their turn

    async def read(self, conversation: Conversation, turn: Turn) -> str:
        """Why the assistant failed; nothing when its reply is read, which ReplyEnded then says."""
        self._abandoned, self._said, self._work = False, 0, 0
        self._variables.begin_reply()
        position = 0
        try:
            async with conversation.send(turn) as reply:
                async for response in reply:
                    position += 1
                    if position == 1:
                        self._emit(ReplyBegan(turn.number, reply.matched))
                    if position <= RESPONSES:
                        await self._respond(
                            turn.number, position, self._within(turn.number, position, response)
                        )
                    elif position == RESPONSES + 1:
                        self._remark(
                            turn.number, position, f"only {RESPONSES} responses of a reply are taken"
                        )
                    await self._let_others(COST)
                context = reply.context
        except Exception as error:  # noqa: BLE001  # an assistant may raise anything; the caller is told and given back
            return cause(error)
        if context.variables is not None:
            self._variables.replace(self._table(turn.number, position, context.variables))
        post_response = self._seconds(turn.number, "post_response_timeout", context.post_response_timeout)
        utterance = self._seconds(turn.number, "final_utterance_timeout", context.final_utterance_timeout)
        custom = dict(self._table(turn.number, position, context.custom_data))
        self._emit(ReplyEnded(turn.number, post_response, utterance, context.follow_up, custom))
        with reporting(self._fault):
            self._hooks.tell("turn_completed", call=self._call, turn=turn)
        return ""

    def _seconds(self, turn: int, name: str, asked: float | None) -> float | None:
        """None: as before. What is not done as it was asked for is remarked once in a call."""
        if asked is None:
            return None
        seconds = seconds_of(asked)
        if (seconds is None or seconds < SHORTEST) and name not in self._remarked:
            self._remarked.add(name)
            done = "is no time, and is passed over" if seconds is None else f"is taken for {SHORTEST:g} s"
            self._emit(ActionDue(turn, Remark(f"its {name} {done}"), 0, "assistant"))
        return seconds

    def abandon(self) -> None:
        """Wait for no async handler of this reply any more."""
        self._abandoned = True
        if self._handler is not None:
            self._handler.cancel()

    # --- bounds

    def _within(self, turn: int, position: int, response: Response) -> Response:
        taken, remarks = response_within(response)
        if remarks:
            self._remark(turn, position, "; ".join(dict.fromkeys(remarks)))
        self._work += weight(taken, TEXT)
        return taken

    def _table(self, turn: int, position: int, given: Mapping[str, Any]) -> Mapping[str, Any]:
        taken, why = table_within(given)
        if why:
            self._remark(turn, position, f"the assistant's context: {why}")
        return taken

    def _remark(self, turn: int, position: int, why: str) -> None:
        self._emit(ActionDue(turn, Remark(why), position, CORE))

    async def _let_others(self, work: int = 0) -> None:
        """Other calls have their turn before this one goes on, where there was much to do."""
        self._work += work
        if self._work > TEXT:
            self._work = 0
            # shielded: who cancels a reply means what it waits for, and not what there is of it
            await anyio.lowlevel.cancel_shielded_checkpoint()

    # --- responses and actions

    def _fault(self, fault: Fault) -> None:
        self._emit(Faulted(fault.source, fault.hook, fault.error))

    async def _respond(self, turn: int, position: int, response: Response) -> None:
        with reporting(self._fault):
            answer = self._hooks.handle(response, self._call)
        if answer is None:
            problem = response.problem if isinstance(response, UnknownResponse) else "no plugin performs it"
            self._emit(NotPerformed(turn, response.response_type, problem))
            return
        try:
            actions = as_actions(answer.actions)
            if isinstance(actions, AsyncGeneratorType):
                await self._follow(turn, position, answer, actions)
            else:
                for count, action in enumerate(actions):
                    if not self._act(turn, position, answer, action, count):
                        break
                    await self._let_others(COST)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a plugin may raise anything, also later
            self._blame(answer, type(error).__name__, error)

    async def _follow(
        self, turn: int, position: int, answer: Answer, actions: AsyncGeneratorType[Any, Any]
    ) -> None:
        with anyio.CancelScope(deadline=anyio.current_time() + HANDLER) as self._handler:
            if self._abandoned:
                self._handler.cancel()
            async with aclosing(actions):
                count = 0
                async for action in actions:
                    if not self._act(turn, position, answer, action, count):
                        break
                    count += 1
                    await self._let_others(COST)
        if self._handler.cancelled_caught:
            late = f"took longer than {HANDLER:g} s"
            self._blame(answer, "was left, as the next turn was due" if self._abandoned else late)
        self._handler = None

    def _act(self, turn: int, position: int, answer: Answer, action: object, count: int) -> bool:
        """Whether the handler may go on."""
        if count == ACTIONS:
            self._blame(answer, f"asked for more than {ACTIONS} actions")
            return False
        if why := misfit(action):
            self._blame(answer, why)
            return True
        within, why = action_within(cast("Action", action))
        if why:
            self._remark(turn, position, why)
        with reporting(self._fault):
            rewritten = self._hooks.rewrite(within, self._call)
        for each in rewritten:
            if why := misfit(each):
                self._blame(replace(answer, hook="rewrite_action"), why)
            else:
                self._ask(turn, position, answer.plugin, each)
        return True

    def _ask(self, turn: int, position: int, plugin: str, action: Action) -> None:
        """For what is left to be said of a reply, and not for what nobody could hear to its end."""
        action, why = action_within(action)
        if isinstance(action, Say):
            size, before = max(LEAST, len(action.text.encode(errors="replace"))), self._said
            self._said += size
            self._work += size
            if self._said > SAID:
                why = f"only {SAID} bytes of a reply are said" if before <= SAID else ""
        if why:
            self._remark(turn, position, why)
        if not isinstance(action, Say) or self._said <= SAID:
            self._emit(ActionDue(turn, action, position, plugin))

    def _blame(self, answer: Answer, why: str, error: BaseException | None = None) -> None:
        with reporting(self._fault):
            report(Fault(answer.plugin, answer.hook, why, answer.distribution), error)
