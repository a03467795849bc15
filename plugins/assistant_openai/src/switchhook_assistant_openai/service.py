"""Requests to the model: their address, their key, one more try where that may help."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from switchhook_http import Client, HttpError, Pool, Reply, Timeouts, proxy_of, trusting

from .errors import ModelError
from .options import OpenAIOptions
from .reading import Json
from .tokens import Tokens


class Service:
    """Made at start-up, and shared by all calls. Belongs to the event loop of its first request."""

    def __init__(self, options: OpenAIOptions) -> None:
        parts = urlsplit(options.base_url)
        self._url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/chat/completions"))
        self._timeouts = Timeouts(read=options.timeout)
        context = trusting({"ca": options.ca})
        self._client = Client(self._url, context)
        self._headers = {
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": "switchhook",
        }
        key = options.api_key.get_secret_value() if options.api_key is not None else ""
        self._tokens: Tokens | None = None
        if options.iam_url is not None:
            pool = Pool(context, proxy=proxy_of(options.iam_url))
            self._tokens, self._token_pool = Tokens(options.iam_url, key, pool), pool
        elif key:
            self._headers[options.header] = key if options.header == "api-key" else f"Bearer {key}"

    @asynccontextmanager
    async def ask(self, body: Json) -> AsyncIterator[Reply]:
        """An answer that has begun. Leaving before its end cancels it. Raises ModelError and HttpError."""
        try:
            async with self._client.post(
                self._url, self._authorized, json.dumps(body).encode(), self._timeouts
            ) as reply:
                yield reply
        except HttpError as error:
            if error.status == 401 and self._tokens is not None:
                self._tokens.refuse()
            raise

    async def _authorized(self) -> Mapping[str, str]:
        if self._tokens is None:
            return self._headers
        return {**self._headers, "authorization": f"Bearer {await self._tokens.get()}"}

    async def warm(self) -> None:
        """Has a token ready, and where no proxy is in between a connection. Raises ModelError."""
        if self._tokens is not None:
            await self._tokens.renew()
        with ModelError.translated():
            await self._client.prepare()

    async def aclose(self) -> None:
        await self._client.aclose()
        if self._tokens is not None:
            await self._token_pool.aclose()
