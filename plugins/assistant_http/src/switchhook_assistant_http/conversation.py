"""The engine, and one call's talk with the webhook."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial

import anyio

from switchhook import CallInfo, Reply, Turn
from switchhook_http import Confided, Lines, OneAtATime
from switchhook_http import Reply as Answering

from .answers import Answer
from .errors import WebhookError
from .options import HttpOptions
from .service import Service
from .turns import asked, asked_of_rasa, turn_id

logger = logging.getLogger(__name__)

BODY = 2 * 1024 * 1024  # bytes of one answer
LONGEST = 60.0  # seconds for all of it
FORMS = {"switchhook": asked, "rasa": asked_of_rasa}
LINES = "application/x-ndjson", "application/ndjson", "application/jsonl", "application/jsonlines"


class HttpAssistant:
    def __init__(self, service: Service, options: HttpOptions) -> None:
        self.service, self._options = service, options

    @asynccontextmanager
    async def open(self, call: CallInfo, /) -> AsyncIterator[HttpConversation]:
        """Asks nothing yet."""
        yield HttpConversation(self.service, self._options, call)

    async def warm(self) -> None:
        """Has a connection ready. Raises WebhookError."""
        await self.service.warm()

    async def aclose(self) -> None:
        await self.service.aclose()


class HttpConversation:
    def __init__(self, service: Service, options: HttpOptions, call: CallInfo) -> None:
        self._service, self._options, self._call = service, options, call
        self._confided: Confided = call.shared.setdefault("confided", Confided())
        self._one = OneAtATime()

    @asynccontextmanager
    async def send(self, turn: Turn, /) -> AsyncIterator[Reply]:
        with self._one.open():
            reply = Answer(turn, self._options, self._call.id)
            async with reply.made_by(partial(self._answer, turn, reply)):
                yield reply

    async def _answer(self, turn: Turn, reply: Answer) -> None:
        """Raises WebhookError."""
        body = FORMS[self._options.form](turn, self._call, self._options, self._confided)
        try:
            with anyio.fail_after(LONGEST), WebhookError.translated():
                async with self._service.post(turn_id(turn, self._call), body) as answering:
                    await self._read(answering, reply)
        except TimeoutError:
            raise WebhookError("timeout") from None

    async def _read(self, answering: Answering, reply: Answer) -> None:
        kind = answering.kind
        if answering.status == 204:
            return
        if kind == "application/json":
            await reply.take((await answering.read(BODY)).decode("utf-8", "replace"))
        elif kind in LINES or (kind == "text/event-stream" and self._options.form == "rasa"):
            async with aclosing(answering.parts(Lines(), BODY, patience=self._options.timeout)) as lines:
                async for line in lines:
                    await reply.take(line)
                    if reply.full:
                        break
        else:
            raise WebhookError("garbage", f"expected application/json or application/x-ndjson, got {kind}")
        if reply.full:
            logger.warning("call %s: the webhook's answer was too long, its end is left out", self._call.id)
