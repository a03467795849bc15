"""Tells an assistant the turns, one at a time, and has its replies read."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import anyio

from ...contract.assistant import Assistant, Turn
from ...contract.info import CallInfo
from ..bot import Bot
from ..dialogue.events import Event, Failure, Faulted
from ..engine import Engine, line_of
from ..failover import Attempt, Failover
from ..language import CallLanguage
from ..signal import Signal, until_cancelled
from .replies import Replies


class Conversing:
    """When an assistant fails, the next one is told the turn; when the language changes, one that the
    connector has for it."""

    def __init__(
        self,
        bot: Bot,
        call: CallInfo,
        replies: Replies,
        emit: Callable[[Event], None],
        language: CallLanguage,
    ) -> None:
        self._bot, self._call, self._replies, self._emit = bot, call, replies, emit
        self._language = language
        self._due: list[Engine[Assistant]] = []  # who talk in the call's language
        self._turn: Turn | None = None
        self._turns = Signal()
        self._reply: anyio.CancelScope | None = None

    def send(self, turn: Turn) -> None:
        """The turn is told as soon as the reply to the one before is read."""
        self._turn = turn
        self._turns.set()

    def change_language(self) -> None:
        """Another assistant may be due, once the reply that is being read has been."""
        self._find_due()
        self._turns.set()

    def _find_due(self) -> None:
        known = self._language.tongue.assistants
        self._due = self._language.able(known, self._language.current) or list(known)

    def cancel(self) -> None:
        """Nothing more of the reply is wanted."""
        self._turn = None
        if self._reply is not None:
            self._reply.cancel()

    async def run(self) -> None:
        with until_cancelled():
            await self._talk_to_any()

    async def _talk_to_any(self) -> None:
        problem, times = "no engine", self._bot.patience.conversing
        self._find_due()
        engines, failover = self._due, Failover[Assistant](times)
        while attempt := failover.next(engines, anyio.current_time()):
            engine, error = attempt.engine, None
            with anyio.CancelScope(deadline=anyio.current_time() + attempt.opening) as patience:
                error = await self._talk_to(attempt, patience)
            if silent := patience.cancelled_caught:
                problem = "no answer in time"
            elif error is not None:
                problem = engine.raised(error)
            else:  # the language has changed
                engines, failover = self._due, Failover[Assistant](times)
                continue
            now = anyio.current_time()
            engine.failed(now, problem, silent=silent)
            failover.failed(engine, now)
            if failover.is_left(engines):
                self._emit(Faulted("assistant", "engine", problem, engine.name, line=line_of(problem)))
        self._emit(Failure("assistant", problem, line_of(problem)))

    async def _talk_to(
        self, attempt: Attempt[Assistant], patience: anyio.CancelScope
    ) -> BaseException | None:
        """What it failed with; None where another one talks in the call's language. `patience` is had as long
        as the attempt allows."""
        assistant, progressing = attempt.engine, attempt.going_on * self._bot.limits.reply
        try:
            async with assistant.driver.open(self._call) as conversation:
                while True:
                    patience.deadline = inf
                    while self._turn is None and assistant in self._due:
                        await self._turns.wait()
                    if (turn := self._turn) is None or assistant not in self._due:
                        return None
                    patience.deadline = anyio.current_time() + attempt.answering
                    with anyio.CancelScope() as self._reply:
                        if error := await self._replies.read(conversation, turn, patience, progressing):
                            return error  # the turn is kept, for the next assistant
                        assistant.worked()
                    self._reply = None
                    if self._turn is turn:  # else the next one is due already
                        self._turn = None
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the next is tried, or the call ends well
            return error
