"""The engine, and one call's talk with the model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from switchhook import CallInfo, Reply, Turn
from switchhook_http import OneAtATime

from .answering import Answering, Chat
from .functions import load
from .history import History
from .model import Model
from .options import ChatOptions
from .telling import Telling
from .tools import Toolbox


class ChatAssistant:
    """Raises SettingsError for functions of an author that are of no use."""

    def __init__(self, model: Model, options: ChatOptions) -> None:
        toolbox = Toolbox(options.tools, load(options.tools.functions))
        self._chat = Chat(model, options, Telling(options), toolbox)

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[ChatConversation]:
        """Asks nothing yet. What one model of a call was told, the next one knows, where it may know it."""
        known = "switchhook_chat", sorted(self._chat.options.tell), self._chat.telling.names
        yield ChatConversation(self._chat, call, call.shared.setdefault(repr(known), History()))

    async def warm(self) -> None:
        """Has a connection ready. Raises ModelError."""
        with self._chat.model.error.translated():
            await self._chat.model.warm()

    async def aclose(self) -> None:
        await self._chat.model.aclose()


class ChatConversation:
    def __init__(self, chat: Chat, call: CallInfo, history: History) -> None:
        self._made = chat, call, history
        self._one = OneAtATime()

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[Reply]:
        with self._one.open():
            reply = Answering(*self._made)
            async with reply.made_by(partial(reply.run, turn)):
                yield reply
