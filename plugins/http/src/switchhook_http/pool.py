"""Requests over connections that are kept."""

from __future__ import annotations

import asyncio
import math
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractContextManager, aclosing, asynccontextmanager, nullcontext
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

import aiohttp
import anyio
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from .connections import Connections, Connector, Limits
from .errors import HttpError, translated
from .events import Events, Lines
from .proxies import for_http

AT_ONCE = 64 * 1024  # bytes of a body that a connection takes without being waited for
NOT_OURS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # headers that only a caller adds
NOTHING: Mapping[str, str] = MappingProxyType({})

call_headers: ContextVar[Mapping[str, str]] = ContextVar("switchhook_call_headers", default=NOTHING)
"""What each request says of the call that it is made for, such as `traceparent`; set by whoever traces calls,
in the context of the call."""


class Timeouts(NamedTuple):
    """Seconds: until there is a connection, and until the first or the next piece of the answer. None: as
    long as the caller waits."""

    connect: float | None = 3.0
    read: float | None = 10.0


NONE = Timeouts(None, None)


class Reply:
    """`headers` have their names in lower case."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.raw_headers
        }
        self._body = response.content

    @property
    def kind(self) -> str:
        """Its media type, in lower case and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it arrives; once. Raises HttpError, after all that came before it."""
        with translated:
            try:
                while chunk := await self._body.readany():
                    yield chunk
            except (aiohttp.ClientError, HttpProcessingError, OSError):
                if rest := self._body._read_nowait(-1):  # noqa: SLF001  # else what nobody has read yet is lost
                    yield rest
                raise

    async def parts(
        self, form: Events | Lines, limit: int, longest: float = math.inf, patience: float = math.inf
    ) -> AsyncGenerator[str]:
        """Events or lines of the body as they arrive, of at most `limit` bytes and `longest` seconds; once.
        `patience`: seconds until the next, also where it comes in drops. Raises HttpError."""
        size, due, end = 0, anyio.current_time() + patience, anyio.current_time() + longest
        try:
            async with aclosing(self.chunks()) as chunks:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise HttpError("garbage", f"an answer of more than {limit} bytes")
                    if anyio.current_time() > min(due, end):
                        raise HttpError("timeout")
                    for part in form.feed(chunk):
                        yield part
                        due = anyio.current_time() + patience
            for part in form.finish():
                yield part
        except ValueError as error:
            raise HttpError("garbage", str(error)) from None

    async def read(self, limit: int) -> bytes:
        """The whole body, of at most `limit` bytes. Raises HttpError."""
        body = bytearray()
        async with aclosing(self.chunks()) as chunks:
            async for chunk in chunks:
                body += chunk
                if len(body) > limit:
                    raise HttpError("garbage", f"an answer of more than {limit} bytes")
        return bytes(body)


class Pool:
    """Belongs to the event loop of its first request; follows no redirection and retries nothing. `most`
    connections in use, and `kept` beside them that stay when idle; `proxy`: the URL of the one to go
    through. `tells`: whether its servers are given `call_headers`; not where others than the operator say
    which servers those are."""

    def __init__(
        self,
        context: ssl.SSLContext,
        connections: Connections | None = None,
        *,
        most: int = 1000,
        kept: int = 100,
        proxy: str | None = None,
        tells: bool = True,
    ) -> None:
        self._opened: tuple[aiohttp.ClientSession, Connector] | None = None
        self._context, self._connections = context, connections or Connections()
        self._limits, self._tells = Limits(most, kept), tells
        self._proxy = None if proxy is None else for_http(proxy)
        self._preparing = anyio.Lock()

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] = NOTHING,
        body: bytes | None = None,
        timeouts: Timeouts = NONE,
    ) -> AsyncIterator[Reply]:
        """Any status is an answer. Leaving before its end cancels it. Raises HttpError."""
        session, _ = self._open()
        sent = [*headers.items(), *(call_headers.get().items() if self._tells else ())]
        with translated, _written_in_time(body, timeouts):
            response = await session.request(
                method,
                URL(url, encoded=True),
                headers=sent,
                data=BytesIO(body) if body is not None and len(body) > AT_ONCE else body,
                timeout=_patience(timeouts),
                allow_redirects=False,
                **self._way(url, sent),
            )
        async with response:
            yield Reply(response)

    async def prepare(self, url: str, patience: float) -> None:
        """Has a connection to this host ready: one that a request has left, or a new one in place of what was
        ready before. Raises HttpError."""
        async with self._preparing:  # each takes the place of the one before
            _, connector = self._open()
            connector.drop_ready()
            with translated:
                try:
                    address, loop = URL(url, encoded=True), asyncio.get_running_loop()  # as a request has it
                    to = aiohttp.ClientRequest("GET", address, loop=loop)
                    connection = await connector.connect(to, [], aiohttp.ClientTimeout(connect=patience))
                except TimeoutError:
                    raise HttpError("connect", "no connection in time", "ConnectionTimeoutError") from None
                except aiohttp.ClientConnectionError:
                    if connector.closed:  # meanwhile
                        return
                    raise
                connector.keep_ready(connection)

    async def aclose(self) -> None:
        """Its connections; a later request opens new ones."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened[0].close()

    def __del__(self) -> None:
        """A pool that was not closed is complained of where it has connections, and only there."""
        if self._opened is not None:
            self._opened[0].detach()

    @property
    def idle(self) -> int:
        """Connections that wait for a request."""
        return 0 if self._opened is None else self._opened[1].idle

    def _open(self) -> tuple[aiohttp.ClientSession, Connector]:
        if self._opened is None:
            connector = Connector(self._context, self._connections, self._limits)
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=NOT_OURS,
            )
            session._retry_connection = False  # noqa: SLF001  # it has no other way to say so; a test holds it
            self._opened = session, connector
        return self._opened

    def _way(self, url: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
        """Through the proxy, which a request without TLS tells itself who we are."""
        if self._proxy is None:
            return {}
        if url.startswith("http:"):
            headers += self._proxy.headers.items()
        return {"proxy": self._proxy.url, "proxy_headers": self._proxy.headers}


@lru_cache
def _patience(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=timeouts.connect, sock_read=timeouts.read)


def _written_in_time(body: bytes | None, timeouts: Timeouts) -> AbstractContextManager[object]:
    """The library waits for an answer once the body is written. One that the network does not take whole has
    as long for that as for an answer."""
    connect, read = timeouts
    if body is None or len(body) <= AT_ONCE or read is None:
        return nullcontext()
    return anyio.fail_after(math.inf if connect is None else connect + 2 * read)
