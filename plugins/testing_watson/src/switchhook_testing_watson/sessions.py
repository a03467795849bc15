"""Sessions of an assistant: each keeps one conversation open, in one task."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any
from uuid import uuid4

import anyio
from anyio.abc import TaskGroup, TaskStatus

from switchhook import Assistant, CallInfo, Conversation, ReplyContext, Turn

from .answers import Refusal, cause
from .behaviour import Behaviour
from .turns import written

logger = logging.getLogger(__name__)

FAILED = "the assistant behind the emulator failed: %s"
MOST = 10_000  # sessions at once
STATELESS = "stateless "  # so begin the names of those that no client knows of


class Exchanged:
    """One turn on its way through a conversation: iteration gives the responses as JSON, as they come.
    Raises Refusal when the assistant fails."""

    def __init__(self, turn: Turn) -> None:
        self.turn, self.matched, self.context = turn, True, ReplyContext()
        self._scope = anyio.CancelScope()
        self._give, self._take = anyio.create_memory_object_stream[dict[str, Any]]()
        self._failed = False

    async def take_place(self, conversation: Conversation) -> None:
        with self._scope, self._give:
            try:
                async with conversation.send(self.turn) as reply:
                    async for response in reply:
                        self.matched = reply.matched
                        await self._give.send(written(response))
                    self.matched, self.context = reply.matched, reply.context
            except Exception as error:  # noqa: BLE001  # an assistant may raise anything; the client gets a 500
                self._failed = True
                logger.warning(FAILED, cause(error))

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        async for item in self._take:
            yield item
        if self._failed:
            raise Refusal(500, "Internal Server Error")

    def leave(self) -> None:
        self._scope.cancel()
        self._give.close()
        self._take.close()


class Session:
    def __init__(self, name: str, age: int) -> None:
        self.name, self.age = name, age
        self.context: dict[str, Any] = {}
        self.turns = 0
        self.ready = False
        self.busy = 0  # messages that are being answered
        self._give, self._take = anyio.create_memory_object_stream[Exchanged](inf)

    async def run(self, assistant: Assistant, *, task_status: TaskStatus[None]) -> None:
        """The conversation's context manager is entered and left here, whoever sends the turns."""
        call = CallInfo(self.name, "emulated", conversation_id=self.name)
        with self._give, self._take:
            async with assistant.open(call) as conversation:
                self.ready = True
                task_status.started()
                async for exchanged in self._take:
                    await exchanged.take_place(conversation)

    @asynccontextmanager
    async def exchange(self, turn: Turn) -> AsyncIterator[Exchanged]:
        exchanged = Exchanged(turn)
        self.busy += 1
        try:
            self._give.send_nowait(exchanged)
            yield exchanged
        finally:
            self.busy -= 1
            exchanged.leave()

    def close(self) -> None:
        self._give.close()


class Sessions:
    def __init__(self, assistant: Assistant, group: TaskGroup, behaviour: Behaviour) -> None:
        self._assistant, self._group, self._behaviour = assistant, group, behaviour
        self._sessions: dict[str, Session] = {}
        self.overlapping = 0  # messages that came while another of the session was being answered

    def __len__(self) -> int:
        return len(self._sessions)

    async def open(self, name: str = "") -> Session:
        if len(self._sessions) >= MOST:
            self._forget_one()
        session = Session(name or str(uuid4()), self._behaviour.session_age)
        try:
            await self._group.start(self._run, session)
        except Exception as error:  # noqa: BLE001  # an assistant may raise anything; the client gets a 500
            logger.warning(FAILED, cause(error))
            raise Refusal(500, "Internal Server Error") from None
        return session

    async def _run(self, session: Session, *, task_status: TaskStatus[None]) -> None:
        """One session's failure is not the emulator's."""
        self._sessions[session.name] = session
        try:
            await session.run(self._assistant, task_status=task_status)
        except Exception as error:
            if not session.ready:
                raise
            logger.warning(FAILED, cause(error))
        finally:
            if self._sessions.get(session.name) is session:
                del self._sessions[session.name]

    def _forget_one(self) -> None:
        """Nobody says when a stateless conversation is over. Raises Refusal."""
        idle = (each.name for each in self._sessions.values() if not each.busy)
        oldest = next((name for name in idle if name.startswith(STATELESS)), None)
        if oldest is None:
            raise Refusal(429, "Too many sessions")
        self.close(oldest)

    def find(self, name: str) -> Session:
        """Raises Refusal."""
        session = self._sessions.get(name)
        if session is None or session.age < self._behaviour.session_age:
            self.close(name)
            raise Refusal(404, "Invalid Session")
        return session

    def close(self, name: str) -> None:
        if session := self._sessions.pop(name, None):
            session.close()
