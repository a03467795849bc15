"""One session of the cooperating bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import anyio

from switchhook import AssistantError, CallInfo, ReplyContext, Response, Turn, parse_response

from .behaviours import BEHAVIOURS, Behaviour, RobotStep

MARK = "switchhook_conformance"  # in user_defined: the steps to perform
END = (RobotStep("end"),)


class Robot:
    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[RobotConversation]:
        name = str(call.variables.get("conformance", ""))
        behaviour = BEHAVIOURS.get(name, BEHAVIOURS["quiet"])
        await anyio.sleep(behaviour.opening)
        try:
            yield RobotConversation(behaviour, call, reports=name == "report")
        finally:
            if behaviour.closing:  # in spite of being cancelled: that is what the behaviour is about
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(behaviour.closing)


class RobotReply:
    matched = True

    def __init__(self, steps: Sequence[RobotStep], variables: dict[str, Any] | None) -> None:
        self.context = ReplyContext(variables)
        item = {"response_type": "user_defined", "user_defined": {MARK: [list(step) for step in steps]}}
        self._responses = iter([parse_response(item)] if steps else [])

    def __aiter__(self) -> AsyncIterator[Response]:
        return self

    async def __anext__(self) -> Response:
        for response in self._responses:
            return response
        raise StopAsyncIteration


class RobotConversation:
    def __init__(self, behaviour: Behaviour, call: CallInfo, *, reports: bool) -> None:
        self._behaviour, self._call, self._reports = behaviour, call, reports
        self._digits, self._utterances = "", 0

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[RobotReply]:
        yield self._reply(turn)

    def _reply(self, turn: Turn) -> RobotReply:
        behaviour = self._behaviour
        if turn.kind == "start":
            if RobotStep("fail") in behaviour.greeting:
                raise AssistantError("the behaviour is to fail", reason="failed as it was told to")
            return RobotReply(behaviour.greeting, {**turn.variables, **behaviour.outputs})
        self._utterances += turn.kind == "speech"
        if self._reports and turn.text == "#":
            return RobotReply(END, {**turn.variables, **self._report(turn)})
        self._digits += turn.text if turn.kind == "digits" else ""
        return RobotReply(() if turn.kind == "no_input" else behaviour.answer, None)

    def _report(self, turn: Turn) -> dict[str, Any]:
        echoes = {f"echo_{name}": value for name, value in turn.variables.items()}
        return echoes | {
            "digits": self._digits,
            "utterances": self._utterances,
            "language": self._call.language,
            "caller": self._call.ani,
        }
