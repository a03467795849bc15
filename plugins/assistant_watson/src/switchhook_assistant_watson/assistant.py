"""The engine: one conversation for each call."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from switchhook import CallInfo
from switchhook_watson import Service

from .api import Api, failing
from .conversation import WatsonConversation
from .options import AssistantOptions


class WatsonAssistant:
    def __init__(self, service: Service, options: AssistantOptions) -> None:
        self._api, self._options = Api(service, options), options

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[WatsonConversation]:
        """Raises AssistantError, whose text says what a person can do."""
        api = Api(self._api.service, self._options, call.api_version)
        with failing(api.service):
            session = "" if self._options.stateless else await api.make_session()
        conversation = WatsonConversation(api, call, self._options, session)
        try:
            yield conversation
        finally:
            await api.delete_session(conversation.session)

    async def warm(self) -> None:
        """Has a token and a connection ready. Raises WatsonError."""
        await self._api.service.warm()

    async def aclose(self) -> None:
        await self._api.service.aclose()
