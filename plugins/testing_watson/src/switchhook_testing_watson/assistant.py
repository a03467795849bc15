"""Assistant v2: sessions and messages, of the SDK's paths and of the older ones."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import uuid4

from aiohttp import web

from .answers import HttpAnswer, Refusal
from .serving import HttpHandler, Site
from .sessions import STATELESS, Session, Sessions
from .streaming import event, final_event, item_events
from .turns import Json, after, check_size, checked, merged, output, table, turn_of

NEW = "/v2/assistants/{assistant}/environments/{environment}"
OLD = "/v2/assistants/{environment}"  # as the SDK had it before version 11


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to be given to the conversation."""

    session: Session
    input: Json
    context: Json
    stateful: bool
    user_id: str

    @property
    def tells_context(self) -> bool:
        return not self.stateful or table(self.input, "options").get("return_context") is True


class Part(NamedTuple):
    json: Json
    whole: bool = False


class AssistantService:
    def __init__(self, site: Site, sessions: Sessions, assistant_id: str, environment_id: str) -> None:
        self._sessions, self._ids = sessions, (assistant_id, environment_id)
        self._site = site

    def serve(self, prefix: str) -> None:
        for base in (prefix + NEW, prefix + OLD):
            self._route("POST", f"{base}/sessions", self._create)
            self._route("DELETE", f"{base}/sessions/{{session}}", self._delete)
            self._route("POST", f"{base}/sessions/{{session}}/message", self._message)
            self._route("POST", f"{base}/sessions/{{session}}/message_stream", self._stream)
            self._route("POST", f"{base}/message", self._message)
            self._route("POST", f"{base}/message_stream", self._stream)

    def _route(self, method: str, path: str, handler: HttpHandler) -> None:
        async def check(request: web.Request, body: Any) -> HttpAnswer:
            assistant, environment = self._ids
            version = request.query.get("version", "")
            if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", version):
                raise Refusal(
                    400, "A valid version date is required as a query parameter: version=YYYY-MM-DD"
                )
            known = request.match_info.get("assistant", assistant), request.match_info["environment"]
            if known != (assistant, environment):
                raise Refusal(404, "Resource not found")
            return await handler(request, body)

        self._site.answer(method, path, "assistant", check)

    async def _create(self, _request: web.Request, _body: Any) -> HttpAnswer:
        session = await self._sessions.open()
        return HttpAnswer.json({"session_id": session.name}, 201)

    async def _delete(self, request: web.Request, _body: Any) -> HttpAnswer:
        session = self._sessions.find(request.match_info["session"])
        self._sessions.close(session.name)
        return HttpAnswer.json({})

    async def _message(self, request: web.Request, body: Any) -> HttpAnswer:
        message = await self._accept(request, body)
        async with aclosing(self._answer(message)) as parts:
            *_, whole = [part async for part in parts]
        return HttpAnswer.json(whole.json)

    async def _stream(self, request: web.Request, body: Any) -> HttpAnswer:
        message = await self._accept(request, body)
        return HttpAnswer(self._events(message), type="text/event-stream")

    async def _accept(self, request: web.Request, body: Any) -> Message:
        given = checked(body)
        context = table(body, "context")
        user_id = body.get("user_id")
        user_id = user_id if isinstance(user_id, str) else ""
        name = request.match_info.get("session")
        if name is not None:
            session = self._sessions.find(name)
            if session.busy:
                self._sessions.overlapping += 1
            context = merged(session.context, context)
            check_size(context, "stateful")
            session.context = context
            return Message(session, given, context, stateful=True, user_id=user_id)
        check_size(context, "stateless")
        session = await self._stateless(table(context, "global").get("session_id"))
        return Message(session, given, context, stateful=False, user_id=user_id)

    async def _stateless(self, name: object) -> Session:
        """The client keeps the context, but the conversation behind has to be the same one."""
        name = name if isinstance(name, str) and name else str(uuid4())
        try:
            return self._sessions.find(STATELESS + name)
        except Refusal:
            return await self._sessions.open(STATELESS + name)

    async def _answer(self, message: Message) -> AsyncGenerator[Part, None]:
        """The items as they come, and the whole reply as the last."""
        session = message.session
        session.turns += 1
        number, context = session.turns, message.context
        items: list[Json] = []
        async with session.exchange(turn_of(message.input, context, number)) as exchanged:
            async for item in exchanged:
                items.append(item)
                yield Part(item)
        name = session.name.removeprefix(STATELESS)
        context = after(context, exchanged.context, name, number)
        if message.stateful:
            session.context = context
        reply: Json = {"output": output(items, exchanged.turn, matched=exchanged.matched)}
        if message.tells_context:
            reply["context"] = context
        reply["user_id"] = message.user_id or name
        yield Part(reply, whole=True)

    async def _events(self, message: Message) -> AsyncGenerator[bytes, None]:
        count = 0
        try:
            async with aclosing(self._answer(message)) as parts:
                async for part in parts:
                    if part.whole:
                        yield final_event(part.json, count)
                        return
                    for data in item_events(part.json, count):
                        yield data
                    count += 1
        except Refusal as refusal:
            if not count:
                raise
            yield event({"error": refusal.message, "code": refusal.status}, "error")
