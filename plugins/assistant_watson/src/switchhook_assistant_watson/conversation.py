"""The engine, and one call's talk with it: one message at a time, over one session or over none."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from switchhook import AssistantError, CallInfo, Reply, ReplyContext, Turn
from switchhook_http import OneAtATime, object_at, twice
from switchhook_watson import Service, ServiceDriver, WatsonError, told_as, within

from .answer import BODY, ContextReader, WatsonAnswer, WholeReply, answer_in
from .api import AGAIN, Api
from .message import Json, context_of, input_of, merged, user_of
from .options import AssistantOptions
from .streaming import StreamedReply

logger = logging.getLogger(__name__)

RESTORED = "skills", "integrations"  # parts of a context that a new session is given


class WatsonAssistant(ServiceDriver):
    def __init__(self, service: Service, options: AssistantOptions) -> None:
        super().__init__(service)
        self._options = options

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[WatsonConversation]:
        """Raises AssistantError, whose text says what a person can do."""
        api = Api(self._service, self._options, call.api_version)
        with told_as(AssistantError, self._service):
            session = "" if self._options.stateless else await api.make_session()
        conversation = WatsonConversation(api, call, self._options, session)
        try:
            yield conversation
        finally:
            if conversation.session:
                await api.delete_session(conversation.session)


class WatsonConversation:
    """`session` is empty where the context is kept here and goes with every message."""

    def __init__(self, api: Api, call: CallInfo, options: AssistantOptions, session: str) -> None:
        self.session = session
        self._api, self._call, self._stateless = api, call, options.stateless
        self._user = user_of(call, options.user_id)
        self._reader = ContextReader(call.id, options.timeout)
        self._context: Json = {}  # as the last answer had it
        self._global_id = str(uuid4())  # by it, IBM bills the turns of a stateless call as one user's
        self._answered, self._one = False, OneAtATime()

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[Reply]:
        with self._one.open():
            async with AsyncExitStack() as stack:
                with told_as(AssistantError, self._api.service):
                    reply = await self._ask(turn, stack)
                yield reply

    async def _ask(self, turn: Turn, stack: AsyncExitStack) -> Reply:
        try:
            return await twice(lambda: self._try(self._body(turn), stack), AGAIN)
        except WatsonError as error:
            if not self.session or error.problem != "status" or error.status != 404:
                raise
        logger.warning("call %s: the assistant's session was lost; another goes on", self._call.id)
        self.session = await self._api.make_session()
        if turn.kind == "follow_up":  # an empty text in a new session would be greeted again
            return WholeReply([], ReplyContext())
        return await self._try(self._body(turn, restore=True), stack)

    def _body(self, turn: Turn, *, restore: bool = False) -> Json:
        first = not self._answered or (restore and not self._context)
        context = context_of(turn, self._call, first=first)
        if self._stateless:
            context = merged(self._context, context)
            context["global"] = {**object_at(context, "global"), "session_id": self._global_id}
        elif restore:
            kept = {name: each for name, each in self._context.items() if name in RESTORED}
            context = merged(kept, context)
        return {"input": input_of(turn), "context": context, "user_id": self._user}

    async def _try(self, body: Json, stack: AsyncExitStack) -> Reply:
        async with AsyncExitStack() as attempt:
            with within(self._reader.timeout):
                asked = self._api.message(self.session, body, self._reader.timeout)
                reply = await attempt.enter_async_context(asked)
                await reply.expect(200)
                if reply.kind != "text/event-stream":
                    answer = answer_in(await reply.object(BODY))
                    return WholeReply(answer.items, self._take(answer))
            stack.push_async_exit(attempt.pop_all())
        return StreamedReply(reply, self._api.service, self._take)

    def _take(self, answer: WatsonAnswer) -> ReplyContext:
        self._answered = True
        self._context = answer.context or self._context
        return self._reader.read(answer.context)
