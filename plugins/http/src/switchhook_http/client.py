"""Requests to one service: through the proxy that the environment names, over a connection that may be had
ready."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from urllib.parse import urljoin

from .addresses import shown_address
from .again import Again, seconds_in, twice
from .errors import HttpError
from .pool import NONE, NOTHING, Pool, Reply, Timeouts
from .proxies import proxy_of
from .public import PublicConnections

JSON_HEADERS = {  # of who sends JSON and reads what comes as it comes
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "switchhook",
}
CONNECT = 3.0  # seconds
ERROR_BODY = 64 * 1024  # bytes read of one
AGAIN = Again(at_once=("connect", "broken"), later=(429, 500, 502, 503, 529))


class Client:
    """Belongs to the event loop of its first request. `url`: where it leads, as far as its host. `public`: to
    public addresses only; where a proxy is in between, that is the proxy's to say."""

    def __init__(self, url: str, context: ssl.SSLContext, *, public: bool = False) -> None:
        self._url, self.proxy = url, proxy_of(url)
        guarded = public and self.proxy is None
        self._pool = Pool(context, PublicConnections() if guarded else None, proxy=self.proxy)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = NOTHING,
        body: bytes | None = None,
        timeouts: Timeouts = NONE,
    ) -> AbstractAsyncContextManager[Reply]:
        """As a pool's: nothing is tried again."""
        return self._pool.request(method, url, headers, body, timeouts)

    @asynccontextmanager
    async def post(
        self, url: str, headers: Callable[[], Awaitable[Mapping[str, str]]], body: bytes, timeouts: Timeouts
    ) -> AsyncIterator[Reply]:
        """An answer that has begun, of status 200 or 204. One more try is made where that may help, with new
        headers; a service that was too slow would be so again. Raises HttpError."""

        async def begin() -> Reply:
            async with AsyncExitStack() as attempt:
                asked = self.request("POST", url, await headers(), body, timeouts)
                reply = await attempt.enter_async_context(asked)
                if reply.status not in (200, 204):
                    said = await _said(reply)
                    if moved := reply.headers.get("location"):
                        said = f"to {shown_address(_whole(url, moved))}"
                    after = seconds_in(reply.headers.get("retry-after", ""))
                    raise HttpError("status", said, status=reply.status, retry_after=after)
                stack.push_async_exit(attempt.pop_all())
                return reply

        async with AsyncExitStack() as stack:
            try:
                yield await twice(begin, AGAIN)
            except HttpError as error:  # also of who reads the answer
                error.at = error.at or shown_address(url)
                raise

    async def prepare(self) -> None:
        """Has a connection ready for the next request that finds no other; not where a proxy is in between.
        Raises HttpError."""
        if self.proxy is None:
            await self._pool.prepare(self._url, CONNECT)

    @property
    def idle(self) -> int:
        """Connections that wait for a request."""
        return self._pool.idle

    async def aclose(self) -> None:
        await self._pool.aclose()


async def _said(reply: Reply) -> str:
    """Of its error, as far as that is short and comes: the status says more."""
    said = bytearray()
    try:
        async with aclosing(reply.chunks()) as chunks:
            async for chunk in chunks:
                said += chunk
                if len(said) >= ERROR_BODY:
                    break
    except HttpError as error:
        if error.problem == "timeout":
            raise
    return said[:ERROR_BODY].decode("utf-8", "replace")


def _whole(url: str, moved: str) -> str:
    """It may name a path alone."""
    try:
        return urljoin(url, moved)
    except ValueError:
        return moved
