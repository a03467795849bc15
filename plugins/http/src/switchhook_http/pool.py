"""Requests over connections that are kept."""

from __future__ import annotations

import math
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import NamedTuple

import anyio
import httpcore2

from .connections import Connections
from .errors import HttpError, translated
from .events import Events, Lines
from .proxies import for_http

KEPT_FOR = 30.0  # seconds that an idle connection is
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

    def __init__(self, response: httpcore2.Response) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
        }
        self._response = response

    @property
    def kind(self) -> str:
        """Its media type, in lower case and without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self) -> AsyncGenerator[bytes]:
        """The body as it arrives; once. Raises HttpError."""
        with translated():
            async with aclosing(self._response.aiter_stream()) as stream:
                async for chunk in stream:
                    yield chunk

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
    connections, of which `kept` stay when idle; `proxy`: the URL of the one to go through. `tells`: whether
    its servers are given `call_headers`; not where others than the operator say which servers those are."""

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
        self._tells = tells
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            proxy=for_http(proxy),
            max_connections=most,
            max_keepalive_connections=kept,
            keepalive_expiry=KEPT_FOR,
            network_backend=connections or Connections(),
        )

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
        connect, read = timeouts
        sent = [*headers.items(), *(call_headers.get().items() if self._tells else ())]
        patience = {"connect": connect, "pool": connect, "write": read, "read": read}
        async with AsyncExitStack() as stack:
            with translated():
                asked = self._pool.stream(
                    method, url, headers=sent, content=body, extensions={"timeout": patience}
                )
                response = await stack.enter_async_context(asked)
            yield Reply(response)

    async def aclose(self) -> None:
        """Its idle connections."""
        await self._pool.aclose()
