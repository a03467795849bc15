"""The engine, and one call's talk with the model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from switchhook import AssistantError, CallInfo, Reply, Turn

from .answering import Answering, ChatModel
from .functions import load
from .history import History
from .options import OpenAIOptions
from .service import Service
from .telling import Telling
from .tools import Toolbox


class OpenAIAssistant:
    def __init__(self, service: Service, options: OpenAIOptions) -> None:
        toolbox = Toolbox(options.tools, load(options.tools.functions))
        self._model = ChatModel(service, options, Telling(options), toolbox)

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[OpenAIConversation]:
        """Asks nothing yet. What one model of a call was told, the next one knows, where it may know it."""
        known = "switchhook_assistant_openai", sorted(self._model.options.tell), self._model.telling.names
        yield OpenAIConversation(self._model, call, call.shared.setdefault(repr(known), History()))

    async def warm(self) -> None:
        """Has a connection ready. Raises ModelError."""
        await self._model.service.warm()

    async def aclose(self) -> None:
        await self._model.service.aclose()


class OpenAIConversation:
    def __init__(self, model: ChatModel, call: CallInfo, history: History) -> None:
        self._made = model, call, history
        self._busy = False

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[Reply]:
        if self._busy:
            raise AssistantError("a turn was sent while the reply to another was open", reason="overlap")
        self._busy = True
        reply = Answering(*self._made)
        try:
            async with reply.made_by(partial(reply.run, turn)):
                yield reply
        finally:
            self._busy = False
