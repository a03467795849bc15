"""Replies as a call reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import anyio

from switchhook import ReplyContext, Response, parse_response
from switchhook_watson import HttpReply, Service, WatsonError

from .answer import BODY, WatsonAnswer
from .api import failing
from .streaming import StreamedAnswer

END = 0.1  # seconds that the end of a stream may come after its last event
LONGEST = 60.0  # seconds for the whole of a stream; the service's own bound is 30


class WholeReply:
    """An assistant does not say whether it understood: intents may be empty in the middle of an action, and a
    fallback is an action like others. So an input counts as not understood where nothing is said to it."""

    def __init__(self, answer: WatsonAnswer, context: ReplyContext) -> None:
        self.matched, self.context = bool(answer.items), context
        self._items = answer.items

    async def __aiter__(self) -> AsyncIterator[Response]:
        for item in self._items:
            yield parse_response(item)


class StreamedReply:
    def __init__(
        self, reply: HttpReply, service: Service, take: Callable[[WatsonAnswer], ReplyContext]
    ) -> None:
        self.matched, self.context = True, ReplyContext()
        self._reply, self._service, self._take = reply, service, take

    async def __aiter__(self) -> AsyncIterator[Response]:
        streamed = StreamedAnswer()
        with failing(self._service):
            async with aclosing(self._reply.events(BODY, LONGEST)) as events:
                async for data in events:
                    for item in streamed.take(data):
                        yield parse_response(item)
                    if streamed.answer is not None:
                        break
                with anyio.move_on_after(END):  # a connection can be used again only when all was read
                    async for _ in events:
                        pass
            if streamed.answer is None:
                raise WatsonError("broken", detail="the stream ended without a final response")
        self.context = self._take(streamed.answer)
