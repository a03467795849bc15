"""The engine, and one call's talk with the model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from switchhook import AssistantError, CallInfo, Reply, Turn

from .answering import Answering
from .history import History
from .options import OpenAIOptions
from .service import Service
from .telling import Telling


class OpenAIAssistant:
    def __init__(self, service: Service, options: OpenAIOptions) -> None:
        self._service, self._options, self._telling = service, options, Telling(options)

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[OpenAIConversation]:
        """Asks nothing yet. What one model of a call was told, the next one knows, where it may know it."""
        known = "switchhook_assistant_openai", self._options.tell, self._telling.names
        history = call.shared.setdefault(repr(known), History())
        yield OpenAIConversation(self._service, self._options, self._telling, call, history)

    async def warm(self) -> None:
        """Has a connection ready. Raises ModelError."""
        await self._service.warm()

    async def aclose(self) -> None:
        await self._service.aclose()


class OpenAIConversation:
    def __init__(
        self, service: Service, options: OpenAIOptions, telling: Telling, call: CallInfo, history: History
    ) -> None:
        self._made = service, options, telling, call, history
        self._busy = False

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[Reply]:
        if self._busy:
            raise AssistantError("a turn was sent while the reply to another was open", reason="overlap")
        self._busy, raised = True, None
        reply = Answering(*self._made)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(reply.run, turn)
                try:
                    yield reply
                except Exception as error:  # noqa: BLE001  # raised again as it is, and in no group
                    raised = error
                group.cancel_scope.cancel()
        finally:
            self._busy = False
            reply.close()
        if raised is not None:
            raise raised
