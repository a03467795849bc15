"""Requests to a service of models: JSON goes out, JSON or a stream of events comes back."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from switchhook_http import JSON_HEADERS, Client, Events, HttpError, Reply, Timeouts, trusting

from .options import ChatOptions

Json = dict[str, Any]

BODY = 2 * 1024 * 1024  # bytes of one answer
HEADERS = {**JSON_HEADERS, "accept": "text/event-stream, application/json"}


class Service:
    """Shared by all calls. Belongs to the event loop of its first request."""

    def __init__(self, url: str, options: ChatOptions) -> None:
        self._url, self._client = url, Client(url, trusting({"ca": options.ca}))
        self._timeouts = Timeouts(read=options.timeout)

    def ask(self, body: Json, headers: Mapping[str, str]) -> AbstractAsyncContextManager[Reply]:
        """An answer that has begun, for which one more try is made where that may help. `headers`: beside
        those of each request. Leaving before its end cancels it. Raises HttpError."""

        async def all_headers() -> Mapping[str, str]:
            return {**HEADERS, **headers}

        return self._client.post(self._url, all_headers, json.dumps(body).encode(), self._timeouts)

    async def warm(self) -> None:
        """Has a connection ready, where no proxy is in between. Raises HttpError."""
        await self._client.prepare()

    async def aclose(self) -> None:
        await self._client.aclose()


async def pieces(reply: Reply) -> AsyncGenerator[str]:
    """The data of each event, or all of what a service says that does not stream. Raises HttpError."""
    if reply.kind == "application/json":
        yield (await reply.read(BODY)).decode("utf-8", "replace")
    elif reply.kind != "text/event-stream":
        raise HttpError("garbage", f"expected text/event-stream, got {reply.kind}")
    else:
        async with aclosing(reply.parts(Events(), BODY)) as events:
            async for data in events:
                yield data
