"""Tells an assistant the turns, one at a time, and has its replies read."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import anyio

from ...contract.assistant import Assistant, Turn
from ...contract.errors import cause
from ...contract.info import CallInfo
from ..dialogue.events import Event, Failure, Faulted
from ..engine import Engine, in_order
from ..equipment import Equipment
from ..signal import Signal
from .replies import Replies

OPENING = 2.5  # seconds that an assistant may take to open until the next one is tried
ANSWERING = 7.5  # likewise, to begin to answer
GOING_ON = 0.9  # likewise, to go on: before the dialogue gives the reply up
LAST = 5.0  # seconds that the last one may take to open


class Conversing:
    """When an assistant fails, the next one is told the turn."""

    def __init__(
        self, equipment: Equipment, call: CallInfo, replies: Replies, emit: Callable[[Event], None]
    ) -> None:
        self._equipment, self._call, self._replies, self._emit = equipment, call, replies, emit
        self._turn: Turn | None = None
        self._turns = Signal()
        self._reply: anyio.CancelScope | None = None
        self._patience = anyio.CancelScope()
        self._progressing = inf  # seconds that it may take to go on with a reply

    def send(self, turn: Turn) -> None:
        """As soon as the reply to the one before is read."""
        self._turn = turn
        self._turns.set()

    def cancel(self) -> None:
        """Nothing more of the reply is wanted."""
        self._turn = None
        if self._reply is not None:
            self._reply.cancel()

    def went_on(self) -> None:
        """Something of the reply has come."""
        self._patience.deadline = anyio.current_time() + self._progressing

    async def run(self) -> None:
        problem = "no engine"
        assistants = in_order(self._equipment.assistants, anyio.current_time())
        for assistant in assistants:
            last = assistant is assistants[-1]
            opening = LAST if last else OPENING
            with anyio.CancelScope(deadline=anyio.current_time() + opening) as self._patience:
                self._progressing = inf if last else GOING_ON * self._equipment.limits.reply
                problem = await self._talk_to(assistant, inf if last else ANSWERING)
            if silent := self._patience.cancelled_caught:
                problem = "no answer in time"
            assistant.failed(anyio.current_time(), silent=silent)
            if not last:
                self._emit(Faulted("assistant", "engine", problem, assistant.name))
        self._emit(Failure("assistant", problem))

    async def _talk_to(self, assistant: Engine[Assistant], answering: float) -> str:
        """Why it ended. `answering`: seconds that it may take to begin to answer."""
        try:
            async with assistant.driver.open(self._call) as conversation:
                while True:
                    self._patience.deadline = inf
                    while self._turn is None:
                        await self._turns.wait()
                    turn = self._turn
                    self._patience.deadline = anyio.current_time() + answering
                    with anyio.CancelScope() as self._reply:
                        if problem := await self._replies.read(conversation, turn):
                            return problem  # the turn is kept, for the next assistant
                        assistant.worked()
                    self._reply = None
                    if self._turn is turn:  # else the next one is due already
                        self._turn = None
        except Exception as error:  # noqa: BLE001  # the next is tried, or the call ends well
            return cause(error)
