"""Reads a reply: each response to its handler, each action to the dialogue, as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from contextlib import aclosing
from dataclasses import replace
from types import AsyncGeneratorType
from typing import Any, cast

import anyio

from ..actions import Action, Remark
from ..assistant import SHORTEST, Conversation, Turn
from ..errors import cause
from ..guard import Answer, Fault, as_actions, report, reporting
from ..hooks import Hooks
from ..info import CallInfo
from ..responses import Response, UnknownResponse
from .events import ActionDue, Event, Faulted, NotPerformed, ReplyBegan, ReplyEnded
from .fitting import misfit, seconds_of

HANDLER = 10.0  # seconds that one handler may take for one response
ACTIONS = 100  # of one handler for one response


class Replies:
    def __init__(
        self, hooks: Hooks, call: CallInfo, variables: MutableMapping[str, Any], emit: Callable[[Event], None]
    ) -> None:
        self._hooks, self._call, self._variables, self._emit = hooks, call, variables, emit
        self._handler: anyio.CancelScope | None = None
        self._abandoned = False
        self._remarked: set[str] = set()
        self._set: dict[str, Any] = {}  # by handlers, in this reply: the assistant does not know of it yet

    async def read(self, conversation: Conversation, turn: Turn) -> str:
        """Why the assistant failed; nothing when its reply is read, which ReplyEnded then says."""
        self._abandoned, self._set = False, {}
        position = 0
        try:
            async with conversation.send(turn) as reply:
                async for response in reply:
                    position += 1
                    if position == 1:
                        self._emit(ReplyBegan(turn.number, reply.matched))
                    await self._respond(turn.number, position, response)
                context = reply.context
        except Exception as error:  # noqa: BLE001  # an assistant may raise anything; the caller is told and given back
            return cause(error)
        if context.variables is not None:
            self._variables.clear()
            self._variables.update({**context.variables, **self._set})
        post_response = self._seconds(turn.number, "post_response_timeout", context.post_response_timeout)
        utterance = self._seconds(turn.number, "final_utterance_timeout", context.final_utterance_timeout)
        custom = dict(context.custom_data)
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

    def merge(self, variables: Mapping[str, Any]) -> None:
        self._set.update(variables)
        self._variables.update(variables)

    def abandon(self) -> None:
        """Wait for no async handler of this reply any more."""
        self._abandoned = True
        if self._handler is not None:
            self._handler.cancel()

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
        with reporting(self._fault):
            rewritten = self._hooks.rewrite(cast("Action", action), self._call)
        for each in rewritten:
            if why := misfit(each):
                self._blame(replace(answer, hook="rewrite_action"), why)
            else:
                self._emit(ActionDue(turn, each, position, answer.plugin))
        return True

    def _blame(self, answer: Answer, why: str, error: BaseException | None = None) -> None:
        with reporting(self._fault):
            report(Fault(answer.plugin, answer.hook, why, answer.distribution), error)
