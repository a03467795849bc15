"""One call's talk with an assistant: one message at a time, over one session or over none."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

from switchhook import CallInfo, Reply, ReplyContext, Turn
from switchhook_http import OneAtATime
from switchhook_watson import WatsonError

from .answer import BODY, ContextReader, WatsonAnswer, parse
from .api import Api, failing, limited
from .message import Json, context_of, input_of, merged, table, user_of
from .options import AssistantOptions
from .reply import StreamedReply, WholeReply

logger = logging.getLogger(__name__)

NOTHING = WatsonAnswer([], {})


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
                with failing(self._api.service):
                    reply = await self._ask(turn, stack)
                yield reply

    async def _ask(self, turn: Turn, stack: AsyncExitStack) -> Reply:
        """At most two tries. Raises WatsonError."""
        try:
            return await self._try(self._body(turn), stack)
        except WatsonError as error:
            lost = bool(self.session) and error.problem == "status" and error.status == 404
            if not lost and not await self._api.may_try_again(error):
                raise
        if lost:
            logger.warning("call %s: the assistant's session was lost; another goes on", self._call.id)
            self.session = await self._api.make_session()
            if turn.kind == "follow_up":  # an empty text in a new session would be greeted again
                return WholeReply(NOTHING, ReplyContext())
        return await self._try(self._body(turn, restore=lost), stack)

    def _body(self, turn: Turn, *, restore: bool = False) -> Json:
        first = not self._answered or (restore and not self._context)
        context = context_of(turn, self._call, first=first)
        if self._stateless:
            context = merged(self._context, context)
            context["global"] = {**table(context, "global"), "session_id": self._global_id}
        elif restore:
            kept: Json = {
                name: self._context[name] for name in ("skills", "integrations") if name in self._context
            }
            context = merged(kept, context)
        return {"input": input_of(turn), "context": context, "user_id": self._user}

    async def _try(self, body: Json, stack: AsyncExitStack) -> Reply:
        async with AsyncExitStack() as attempt:
            with limited(self._reader.timeout):
                asked = self._api.message(self.session, body, self._reader.timeout)
                reply = await attempt.enter_async_context(asked)
                if reply.status != 200:
                    raise await reply.error()
                if not reply.headers.get("content-type", "").startswith("text/event-stream"):
                    answer = parse(await reply.read(BODY))
                    return WholeReply(answer, self._take(answer))
            stack.push_async_exit(attempt.pop_all())
        return StreamedReply(reply, self._api.service, self._take)

    def _take(self, answer: WatsonAnswer) -> ReplyContext:
        self._answered = True
        self._context = answer.context or self._context
        return self._reader.read(answer.context)
