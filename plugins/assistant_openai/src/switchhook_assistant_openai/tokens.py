"""Tokens of IBM's IAM, which watsonx.ai takes instead of a key. IBM's SDK fetches them too, in a thread and
with 30 MB; here it is one request an hour."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import anyio

from switchhook_chat import said_in
from switchhook_http import HttpError, Pool, Timeouts

from .errors import OpenAIError

GRANT = "urn:ibm:params:oauth:grant-type:apikey"
BODY = 64 * 1024  # bytes of an answer
RENEW = 600.0  # seconds before a token's end that the next one is fetched, and no call waits for it
SPARE = 30.0  # seconds before its end that it is used no more
TIMES = Timeouts(3.0, 5.0)


class Tokens:
    def __init__(self, url: str, key: str, pool: Pool) -> None:
        self._url, self._pool = url, pool
        self._asked = urlencode({"grant_type": GRANT, "apikey": key}).encode()
        self._value, self._until = "", 0.0
        self._lock = anyio.Lock()

    async def get(self) -> str:
        """Returns at once while there is one, also while the next one is fetched. Raises ModelError."""
        await self._have(SPARE)
        return self._value

    async def renew(self) -> None:
        """The next one, if it is time. Raises ModelError."""
        await self._have(RENEW)

    async def _have(self, seconds: float) -> None:
        """One that is good for longer than that. Who asks while it is fetched waits for that one."""
        if not self._is_good(seconds):
            async with self._lock:
                if not self._is_good(seconds):
                    await self._fetch()

    def _is_good(self, seconds: float) -> bool:
        return anyio.current_time() <= self._until - seconds

    def refuse(self) -> None:
        """The service takes it no longer."""
        self._until = 0.0

    async def _fetch(self) -> None:
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        try:
            async with self._pool.request("POST", self._url, headers, self._asked, TIMES) as reply:
                body = await reply.read(BODY)
        except HttpError as error:
            raise OpenAIError("token", error.detail) from None
        if reply.status != 200:
            raise OpenAIError("token", f"{reply.status}: {said_in(body)[0]}")
        try:
            told = json.loads(body)
            value, seconds = told["access_token"], float(told["expires_in"])
        except (ValueError, LookupError, TypeError, RecursionError):
            raise OpenAIError("token", "expected access_token and expires_in") from None
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise OpenAIError("token", "expected access_token")
        self._value, self._until = value, anyio.current_time() + seconds
