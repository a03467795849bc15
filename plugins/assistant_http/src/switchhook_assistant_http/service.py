"""Requests to the webhook: signed, with one more try where that may help."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from switchhook_http import JSON_HEADERS, Client, Reply, Timeouts, key_in, signed, trusting

from .errors import WebhookError
from .options import HttpOptions
from .turns import Json


class Service:
    """Made at start-up, and shared by all calls. Belongs to the event loop of its first request."""

    def __init__(self, options: HttpOptions) -> None:
        rasa = options.form == "rasa"
        self._url = f"{options.url}{'&' if '?' in options.url else '?'}stream=true" if rasa else options.url
        self._client = Client(options.url, trusting({"ca": options.ca}), public=not options.private)
        self._timeouts = Timeouts(read=options.timeout)
        self._key = key_in(options.secret.get_secret_value()) if options.secret is not None else b""
        self._headers = {**JSON_HEADERS, "accept": "application/json, application/x-ndjson"}
        if options.token is not None:
            self._headers["authorization"] = f"Bearer {options.token.get_secret_value()}"

    def post(self, turn: str, body: Json) -> AbstractAsyncContextManager[Reply]:
        """An answer that has begun. Leaving before its end cancels it. Raises HttpError."""
        written = json.dumps(body, default=str).encode()

        async def headers() -> Mapping[str, str]:
            signature = signed(self._key, turn, written) if self._key else {"webhook-id": turn}
            return {**self._headers, **signature}

        return self._client.post(self._url, headers, written, self._timeouts)

    async def warm(self) -> None:
        """Has a connection ready. Raises WebhookError."""
        with WebhookError.translated():
            await self._client.prepare()

    async def aclose(self) -> None:
        await self._client.aclose()
