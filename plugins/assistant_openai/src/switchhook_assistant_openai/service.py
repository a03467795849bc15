"""Requests to the model: their address, their key, one more try where that may help."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from urllib.parse import urlsplit, urlunsplit

import anyio

from switchhook import SettingsError
from switchhook_http import HttpError, Pool, ReadyConnections, Reply, Timeouts, proxy_of

from .errors import ModelError, refused
from .options import OpenAIOptions
from .reading import Json
from .tokens import Tokens

CONNECT = 3.0  # seconds
ERROR_BODY = 64 * 1024  # bytes read of one
AGAIN = 429, 500, 502, 503, 529  # what a second try may help against
LONGEST_PAUSE = 2.0  # seconds that a caller can be made to wait before it
SHORT = 0.25  # where a service is busy and does not say for how long


class Service:
    """Made at start-up, and shared by all calls. Belongs to the event loop of its first request."""

    def __init__(self, options: OpenAIOptions) -> None:
        parts = urlsplit(options.base_url)
        self.host = parts.hostname or ""
        self._url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/chat/completions"))
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._timeouts = Timeouts(CONNECT, options.timeout)
        self._context = _trust(options)
        self._secure = parts.scheme == "https"
        self._connections, self._proxy = ReadyConnections(), proxy_of(self._url)
        self._pool = Pool(self._context, self._connections, proxy=self._proxy)
        self._headers = {
            "accept": "text/event-stream, application/json",
            "accept-encoding": "identity",
            "content-type": "application/json",
            "user-agent": "switchhook",
        }
        key = options.api_key.get_secret_value() if options.api_key is not None else ""
        self._tokens: Tokens | None = None
        if options.iam_url is not None:
            pool = Pool(self._context, proxy=proxy_of(options.iam_url))
            self._tokens, self._token_pool = Tokens(options.iam_url, key, pool), pool
        elif key:
            self._headers[options.header] = key if options.header == "api-key" else f"Bearer {key}"

    @asynccontextmanager
    async def ask(self, body: Json) -> AsyncIterator[Reply]:
        """An answer that has begun. Leaving before its end cancels it. Raises ModelError."""
        async with AsyncExitStack() as stack:
            try:
                reply = await self._begin(body, stack)
            except ModelError as error:
                pause = _pause(error)
                if pause is None:
                    raise
                await anyio.sleep(pause)
                reply = await self._begin(body, stack)
            yield reply

    async def _begin(self, body: Json, stack: AsyncExitStack) -> Reply:
        headers = self._headers
        if self._tokens is not None:
            headers = {**headers, "authorization": f"Bearer {await self._tokens.get()}"}
        with translated():
            written = json.dumps(body).encode()
            asked = self._pool.request("POST", self._url, headers, written, self._timeouts)
            async with AsyncExitStack() as attempt:
                reply = await attempt.enter_async_context(asked)
                if reply.status == 401 and self._tokens is not None:
                    self._tokens.refuse()
                if reply.status != 200:
                    said = await reply.read(ERROR_BODY)
                    raise refused(reply.status, said, reply.headers.get("retry-after", ""))
                stack.push_async_exit(attempt.pop_all())
                return reply

    async def warm(self) -> None:
        """Has a token ready, and where no proxy is in between a connection. Raises ModelError."""
        if self._tokens is not None:
            await self._tokens.renew()
        if self._proxy is None:
            context = self._context if self._secure else None
            with translated():
                await self._connections.prepare(self.host, self._port, context, CONNECT)

    async def aclose(self) -> None:
        await self._connections.aclose()
        await self._pool.aclose()
        if self._tokens is not None:
            await self._token_pool.aclose()


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except HttpError as error:
        raise ModelError(error.problem, error.detail) from None


def _pause(error: ModelError) -> float | None:
    """Seconds until another try; None: it would not help, or take too long. A model that was too slow is
    so again: then another one is asked."""
    if error.problem in ("connect", "broken"):
        return 0.0
    if error.problem != "status" or error.status not in AGAIN:
        return None
    pause = SHORT if error.retry_after is None else error.retry_after
    return pause if pause <= LONGEST_PAUSE else None


def _trust(options: OpenAIOptions) -> ssl.SSLContext:
    """Raises SettingsError."""
    made = ssl.create_default_context()
    if options.ca is not None:
        try:
            made.load_verify_locations(options.ca)
        except OSError as error:  # and ssl.SSLError, which is one
            raise SettingsError(f"ca: expected PEM certificates in {options.ca}: {error.strerror}") from None
    return made
